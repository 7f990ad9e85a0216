// The time lines: a row for each job of the sample, coloured by what it waited for; a band for each strategy; one axis.

const strip = 18;   // above the rows, for the end of the run
const narrowest = 2;  // of a stretch: what is thinner is not seen
const foot = 22;    // below them, for the axis
const row_height = (rows) => Math.min(16, Math.max(2.5, 150 / Math.max(rows, 1)));

class Band {
  constructor(strategy, chart) {
    this.strategy = strategy;
    this.recording = strategy.recording;
    this.chart = chart;
    this.jobs = this.recording.jobs;
    this.pitch = row_height(this.jobs.length);
    this.rows_height = Math.ceil(this.pitch * this.jobs.length);
    this.width = 0;
    this.grid = draw("g", { class: "grid" });
    this.names = draw("g", { class: "axis" });
    this.end = draw("line", { class: "end", y1: 4, y2: strip + this.rows_height });
    this.end_name = draw("text", { class: "end", y: 12 }, duration(this.recording.wall));
    this.rows = this.jobs.map((job, row) => this.make_row(job, row));
    this.picture = draw("svg", { "aria-hidden": "true" }, this.grid, ...this.rows.map((row) => row.group), this.end, this.end_name, this.names);
    this.marker = make("div", { class: "selection" });
    this.plot = make("div", { class: "plot", tabindex: "0", role: "group",
      "aria-label": "time lines of " + strategy.name + ": arrow keys go from job to job and from phase to phase, plus and minus zoom, 0 shows all" },
      this.picture, this.marker);
    this.element = make("div", { class: "band" }, this.make_head(), this.plot);
    follow_width(this.plot, (width) => this.resize(width));
    this.listen();
  }

  make_row(job, row) {
    const gap = this.pitch >= 4 ? 1 : 0.4;
    const bars = job.stretches.map((stretch) =>
      draw("rect", { class: "stretch colour-" + stretch.phase.colour, y: strip + row * this.pitch, height: this.pitch - gap }));
    return { job, bars, group: draw("g", { class: "row" }, ...bars) };
  }

  make_head() {
    const { strategy, recording } = this;
    const busy = strategy.cpu !== null && strategy.wall > 0 ? strategy.cpu / strategy.wall : null;
    const at_once = recording.bin && recording.wall > 0 ? sum_of(recording.in_flight) * recording.bin / recording.wall : null;
    const facts = [];
    if (at_once !== null) facts.push(three_digits(at_once) + " in flight on average");
    if (busy !== null) facts.push(percent(busy) + " of a processor used");
    return make("div", { class: "band-head" },
      make("h4", {}, make("i", { class: "key line-" + strategy.colour }), quoted(strategy.name)),
      make("p", { class: "big" }, duration(recording.wall)),
      ...facts.map((fact) => make("p", {}, fact)), share_bar(this.jobs));
  }

  resize(width) {
    this.width = width;
    this.update();
  }

  update() {
    if (this.width === 0) return;
    const { from, to } = this.chart.view.range(this.recording.wall);
    const scale = this.width / (to - from);
    this.place = (time) => Math.min(this.width + 2, Math.max(-2, (time - from) * scale));
    this.plot.dataset.from = from;
    this.plot.dataset.to = to;
    for (const row of this.rows) row.job.stretches.forEach((stretch, i) => this.put(row.bars[i], stretch));
    this.put_end(from, to);
    this.put_axis(from, to);
  }

  put(bar, stretch) {
    const begin = this.place(stretch.begin), end = this.place(stretch.begin + stretch.length);
    const is_shown = end > 0 && begin < this.width;
    bar.setAttribute("x", begin.toFixed(2));
    bar.setAttribute("width", is_shown ? Math.max(end - begin, stretch.length > 0 ? narrowest : 0).toFixed(2) : 0);
  }

  put_end(from, to) {
    const wall = this.recording.wall;
    const x = this.place(wall);
    const is_shown = wall >= from && wall <= to;
    const to_the_left = x > this.width - 70;
    for (const part of [this.end, this.end_name]) part.style.display = is_shown ? "" : "none";
    this.end.setAttribute("x1", Math.min(x, this.width - 0.5));
    this.end.setAttribute("x2", Math.min(x, this.width - 0.5));
    this.end_name.setAttribute("x", x + (to_the_left ? -5 : 5));
    this.end_name.setAttribute("text-anchor", to_the_left ? "end" : "start");
  }

  put_axis(from, to) {
    const named = this.chart.view.own || this.chart.bands.at(-1) === this;
    const height = strip + this.rows_height + (named ? foot : 4);
    this.picture.setAttribute("width", this.width);
    this.picture.setAttribute("height", height);
    const { step, marks } = marks_between(from, to, Math.max(2, this.width / 110));
    const names = mark_names(marks, step);
    const low = strip + this.rows_height;
    this.grid.replaceChildren(...marks.map((mark) =>
      draw("line", { x1: this.place(mark).toFixed(1), x2: this.place(mark).toFixed(1), y1: strip - 2, y2: low + 2 })));
    this.names.replaceChildren(...(named ? marks.map((mark, i) => this.make_mark(mark, names[i], low)) : []));
  }

  make_mark(mark, name, low) {
    const x = this.place(mark);
    const side = x < 24 ? "start" : x > this.width - 26 ? "end" : "middle";
    return draw("text", { x: x.toFixed(1), y: low + 17, "text-anchor": side }, name);
  }

  listen() {
    const view = this.chart.view;
    const in_view = (share) => view.from + share * (view.to - view.from);
    select_by_drag(this.plot, this.marker, (from, to) => view.set(in_view(from), in_view(to)), () => view.reset());
    this.plot.addEventListener("pointermove", (event) => this.point_at(event));
    this.plot.addEventListener("pointerleave", () => this.chart.let_go());
    this.plot.addEventListener("blur", () => this.chart.let_go());
    this.plot.addEventListener("keydown", (event) => press_key(this, event));
    this.plot.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;  // The page scrolls, as a reader expects.
      event.preventDefault();
      const box = this.plot.getBoundingClientRect();
      view.zoom(event.deltaY < 0 ? 0.8 : 1.25, in_view((event.clientX - box.left) / box.width));
    }, { passive: false });
  }

  point_at(event) {
    const box = this.plot.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top - strip) / this.pitch);
    const { from, to } = this.chart.view.range(this.recording.wall);
    const each = (to - from) / this.width;
    const time = from + (event.clientX - box.left) * each;
    const job = this.jobs[row];
    const near = job && nearest_stretch(job.stretches, time, each * 4);
    if (near === undefined || near === null) return this.chart.let_go();
    this.chart.hold(this, row, near);
  }
}

/// Which of them holds an instant, or is the nearest within `reach`.
function nearest_stretch(stretches, time, reach) {
  let best = null, best_distance = reach;
  stretches.forEach((one, i) => {
    const distance = Math.max(one.begin - time, time - one.begin - one.length, 0);
    if (distance < best_distance || (distance === 0 && best_distance === 0)) (best = i), (best_distance = distance);
  });
  return best;
}

/// What the jobs of a sample spent their time on, their turn in the queue left out: a thin bar, and the largest part in words.
function share_bar(jobs) {
  const totals = new Map();
  for (const job of jobs)
    for (const { phase, length } of job.stretches)
      if (phase.name !== "queue") totals.set(phase, (totals.get(phase) ?? 0) + length);
  const whole = sum_of([...totals.values()]);
  if (!(whole > 0)) return null;
  const bar = make("div", { class: "shares", "aria-hidden": "true" }, ...[...totals].map(([phase, length]) => {
    const part = make("i", { class: "colour-" + phase.colour });
    part.style.width = (length / whole) * 100 + "%";
    return part;
  }));
  const [phase, length] = [...totals].reduce((most, one) => (one[1] > most[1] ? one : most));
  return make("div", {}, make("p", {}, "mostly ", quoted(phase.name, 30), ", ", percent(length / whole)), bar);
}
