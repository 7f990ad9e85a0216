// What part of the time is shown: one view for all charts of a section, as shares of the longest run.

class View {
  constructor(extent) {
    this.extent = extent > 0 ? extent : 1;
    this.from = 0;
    this.to = 1;
    this.own = false;  // each strategy on its own scale
    this.watchers = [];
  }
  watch(watcher) {
    this.watchers.push(watcher);
  }
  set(from, to) {
    const span = Math.min(1, Math.max(to - from, 1e-7));
    const begin = Math.min(Math.max(from, 0), 1 - span);
    if (begin === this.from && begin + span === this.to) return;
    this.from = begin;
    this.to = begin + span;
    this.tell();
  }
  /// Nearer (factor below one) or farther, around a place that stays where it is.
  zoom(factor, around) {
    this.set(around - (around - this.from) * factor, around + (this.to - around) * factor);
  }
  move(shares) {
    const by = (this.to - this.from) * shares;
    this.set(this.from + by, this.to + by);
  }
  reset() {
    this.set(0, 1);
  }
  use_own_scales(own) {
    this.own = own;
    this.tell();
  }
  get is_whole() {
    return this.from === 0 && this.to === 1;
  }
  /// The instants shown of a run of this length.
  range(wall) {
    const extent = this.own && wall > 0 ? wall : this.extent;
    return { from: this.from * extent, to: this.to * extent };
  }
  tell() {
    for (const watcher of this.watchers) watcher(this);
  }
}

/// Calls `change` with the width of `element`, soon and whenever it is another; not at once, since what is drawn then may
/// change the width of others.
function follow_width(element, change) {
  let width = 0;
  const look = () => {
    const now = Math.floor(element.clientWidth);
    if (now === width || now === 0) return;
    width = now;
    change(now);
  };
  new ResizeObserver(() => requestAnimationFrame(look)).observe(element);
}

/// A drag across `element` hands its begin and end (shares of the width) to `select`; a double click calls `reset`.
function select_by_drag(element, marker, select, reset) {
  let begin = null;
  const share_of = (event) => {
    const box = element.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const mark = (from, to) => {
    marker.style.display = "block";
    marker.style.left = Math.min(from, to) * 100 + "%";
    marker.style.width = Math.abs(to - from) * 100 + "%";
  };
  const end = () => {
    begin = null;
    marker.style.display = "none";
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    begin = share_of(event);
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (begin !== null) mark(begin, share_of(event));
  });
  element.addEventListener("pointerup", (event) => {
    if (begin === null) return;
    const [from, to] = [begin, share_of(event)].sort((one, other) => one - other);
    const wide = (to - from) * element.clientWidth >= 4;
    end();
    if (wide) select(from, to);
  });
  element.addEventListener("pointercancel", end);
  element.addEventListener("dblclick", reset);
}
