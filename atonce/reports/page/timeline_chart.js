// All bands of a section, their legend, and what is told of the stretch that is pointed at.

class TimelineChart {
  constructor(strategies, phases, view) {
    this.view = view;
    this.held = null;
    this.tip = make("div", { class: "tip", hidden: "" });
    this.readout = make("p", { class: "unseen", "aria-live": "polite" });
    this.bands = [];
    for (const strategy of strategies) this.bands.push(new Band(strategy, this));
    this.all = make("button", { type: "button", class: "all", disabled: "" }, "show all");
    this.all.addEventListener("click", () => view.reset());
    this.scales = make("input", { type: "checkbox" });
    this.scales.addEventListener("change", () => view.use_own_scales(this.scales.checked));
    const many = this.bands.length > 1;
    this.element = make("div", { class: "timelines" }, make_legend(phases),
      make("div", { class: "tools" }, many ? make("label", {}, this.scales, " each on its own scale") : null, this.all,
        make("span", { class: "hint" }, "Drag to zoom, double-click for all; Ctrl and the wheel, or the keys + \u2212 0 and the arrows.")),
      make("div", { class: "bands" }, ...this.bands.map((band) => band.element), this.tip), this.readout);
    view.watch(() => this.update());
  }

  update() {
    this.let_go();
    this.all.disabled = this.view.is_whole;
    for (const band of this.bands) band.update();
  }

  /// Tells of one stretch, and shows the same job in every band.
  hold(band, row, index) {
    const job = band.jobs[row];
    const stretch = job.stretches[index];
    if (this.held?.stretch === stretch) return;
    this.held = { band, row, index, stretch };
    for (const other of this.bands) {
      other.element.classList.add("held");
      for (const each of other.rows) each.group.classList.toggle("on", each.job.index === job.index);
    }
    for (const each of band.rows[row].bars) each.classList.remove("on");
    band.rows.forEach((each, i) => each.bars.forEach((bar, j) => bar.classList.toggle("on", i === row && j === index)));
    this.tell(band, row, job, stretch);
  }

  tell(band, row, job, stretch) {
    const when = "begins at " + duration(stretch.begin) + ", lasts " + duration(stretch.length);
    this.tip.replaceChildren(
      make("p", { class: "label" }, quoted(job.label, 120)),
      make("p", {}, make("i", { class: "swatch colour-" + stretch.phase.colour }), make("b", {}, quoted(stretch.phase.name, 30)), " ", quoted(stretch.phase.meaning, 90)),
      make("p", {}, when), job.verdict ? make("p", {}, "came to: ", quoted(job.verdict, 60)) : "");
    this.tip.hidden = false;
    this.readout.textContent = [shown(job.label), shown(stretch.phase.name, 30), when].join(", ");
    const plot = band.plot.offsetLeft, x = plot + band.place(stretch.begin + stretch.length / 2);
    const room = band.element.parentElement.clientWidth - this.tip.offsetWidth;
    const top = band.element.offsetTop + band.plot.offsetTop - band.element.offsetTop + strip + (row + 1) * band.pitch + 8;
    this.tip.style.left = Math.max(0, Math.min(x - this.tip.offsetWidth / 2, room)) + "px";
    this.tip.style.top = top + "px";
  }

  let_go() {
    if (!this.held) return;
    for (const band of this.bands) band.element.classList.remove("held");
    for (const bar of this.held.band.rows[this.held.row].bars) bar.classList.remove("on");
    this.held = null;
    this.tip.hidden = true;
  }
}

function make_legend(phases) {
  return make("ul", { class: "legend" }, ...phases.map((phase) =>
    make("li", {}, make("i", { class: "swatch colour-" + phase.colour }), make("b", {}, quoted(phase.name, 30)), " ", quoted(phase.meaning, 90))));
}

/// The stretch a key leads to from the one that is held, or the first.
function next_stretch(band, key) {
  const held = band.chart.held;
  const rows = band.jobs.map((job, row) => (job.stretches.length ? row : -1)).filter((row) => row >= 0);
  if (rows.length === 0) return null;
  if (!held || held.band !== band) return { row: rows[0], index: 0 };
  const at = rows.indexOf(held.row);
  const row = rows[Math.min(rows.length - 1, Math.max(0, at + (key === "ArrowDown") - (key === "ArrowUp")))];
  const last = band.jobs[row].stretches.length - 1;
  return { row, index: Math.min(last, Math.max(0, held.index + (key === "ArrowRight") - (key === "ArrowLeft"))) };
}

function press_key(band, event) {
  const { chart } = band, { view } = chart;
  const middle = chart.held ? view.from + ((view.to - view.from) * band.place(chart.held.stretch.begin)) / band.width : (view.from + view.to) / 2;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "+" || event.key === "=") view.zoom(0.5, middle);
  else if (event.key === "-") view.zoom(2, middle);
  else if (event.key === "0" || event.key === "Escape") view.reset();
  else if (event.shiftKey && event.key === "ArrowLeft") view.move(-0.25);
  else if (event.shiftKey && event.key === "ArrowRight") view.move(0.25);
  else if (event.key.startsWith("Arrow")) {
    const next = next_stretch(band, event.key);
    if (next) chart.hold(band, next.row, next.index);
  } else return;
  event.preventDefault();
}
