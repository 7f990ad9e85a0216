// Lines over time and over lengths of time: uPlot, with the colours of the page and one view for all.

const charts = [];  // for a change of light
const colour_of = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const dashes = [[], [6, 3], [2, 2], [8, 3, 2, 3]];  // where colours repeat

function axis(values, more) {
  return {
    stroke: () => colour_of("--faint"), font: "12px system-ui, sans-serif", labelFont: "12px system-ui, sans-serif",
    grid: { stroke: () => colour_of("--rule"), width: 1 }, ticks: { show: false }, values, ...more,
  };
}

function line_of(strategy, value, paths) {
  return {
    label: strategy.name, stroke: () => colour_of("--line-" + strategy.colour), width: 1.75, spanGaps: true,
    dash: dashes[(strategy.dash ?? 0) % dashes.length], points: { show: false }, value: (chart, raw) => (raw === null || raw === undefined ? "" : value(raw)), paths,
  };
}

/// Points of several lines, each [[x...], [y...]], on one axis of x.
function joined(tables) {
  return tables.length === 1 ? tables[0] : uPlot.join(tables);
}

function make_chart(name, options, data) {
  const frame = make("div", { class: "frame" });
  const element = make("figure", {}, make("figcaption", {}, name), frame);
  const legend = { markers: { width: 0, fill: (chart, i) => chart.series[i].stroke(chart, i) } };
  const chart = new uPlot({ width: 300, height: 210, padding: [8, 10, 0, 0], legend, ...options }, data, frame);
  follow_width(frame, (width) => chart.setSize({ width, height: 210 }));
  charts.push(chart);
  element.chart = chart;
  return element;
}

/// A chart over time whose range follows the view of its section, and leads it.
function make_time_chart(name, view, strategies, tables, value, mark_name) {
  let following = false;
  const show = (chart) => {
    following = true;
    chart.setScale("x", { min: view.from * view.extent, max: view.to * view.extent });
    following = false;
  };
  const options = {
    scales: { x: { time: false, range: (chart, min, max) => [min ?? 0, max ?? view.extent] }, y: { range: (chart, min, max) => [0, max > 0 ? max * 1.06 : 1] } },
    axes: [axis((chart, marks) => mark_names(marks, marks.length > 1 ? marks[1] - marks[0] : 1), { space: 90, size: 34 }), axis((chart, marks) => marks.map(mark_name), { size: 56 })],
    series: [{ label: "time", value: (chart, raw) => (raw === null ? "" : duration(raw)) }, ...strategies.map((strategy) => line_of(strategy, value, uPlot.paths.stepped({ align: 1 })))],
    cursor: { drag: { x: true, y: false, setScale: false }, bind: { dblclick: () => () => view.reset() } },
    hooks: {
      setSelect: [(chart) => {
        const { left, width } = chart.select;
        if (width < 4) return;
        view.set(chart.posToVal(left, "x") / view.extent, chart.posToVal(left + width, "x") / view.extent);
        chart.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
      }],
    },
  };
  const element = make_chart(name, options, joined(tables));
  view.watch(() => show(element.chart));
  show(element.chart);
  return element;
}

/// Neighbouring bins as one, so that a line has about as many steps as an eye tells apart.
function coarser(values, bin, wanted, combine) {
  const each = Math.max(1, Math.ceil(values.length / wanted));
  const xs = [], ys = [];
  for (let i = 0; i < values.length; i += each) {
    xs.push(i * bin);
    ys.push(combine(values.slice(i, i + each).map((value) => value ?? 0), bin));
  }
  xs.push(values.length * bin);
  ys.push(0);
  return [xs, ys];
}

const mean_of_bins = (values) => sum_of(values) / values.length;
const rate_of_bins = (values, bin) => sum_of(values) / (values.length * bin);

function make_time_charts(strategies, view) {
  const with_bins = strategies.filter((strategy) => strategy.recording?.bin && strategy.recording.in_flight.length + strategy.recording.finished.length > 0);
  if (with_bins.length === 0) return null;
  const tables = (key, wanted, combine) => with_bins.map(({ recording }) => coarser(recording[key], recording.bin, wanted, combine));
  return make("div", { class: "pair" },
    make_time_chart("In flight", view, with_bins, tables("in_flight", 200, mean_of_bins), three_digits, plain),
    make_time_chart("Finished each second", view, with_bins, tables("finished", 50, rate_of_bins), rate, plain));
}

/// Round marks on a logarithmic axis: 1, 2, 5 of each power of ten where there are few of these.
function powers_between(low, high) {
  const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
  const factors = last - first > 3 ? [1] : [1, 2, 5];
  const marks = [];
  for (let power = first; power <= last && marks.length < 100; ++power)
    for (const factor of factors) marks.push(factor * 10 ** power);
  return marks.filter((mark) => mark >= low && mark <= high);
}

/// How many of the jobs had done with a phase after so long: a step for each bucket, the length of time on a logarithmic axis.
function make_quantile_chart(phase, rows) {
  const shortest = 1e-6;
  const tables = rows.map(({ distribution }) => {
    const whole = sum_of(distribution.buckets.map((bucket) => bucket[1]));
    const points = new Map([[Math.max(shortest, distribution.buckets[0][0] / 1.03), 0]]);
    let so_far = 0;
    for (const [upper, count] of distribution.buckets) points.set(Math.max(shortest, upper), (so_far += count) / whole);
    return [[...points.keys()], [...points.values()]];
  });
  const xs = tables.flatMap((table) => table[0]);
  const low = Math.min(...xs), high = most_of(xs);
  const whole = [low / 1.3, high * 1.3];
  const options = {
    scales: { x: { time: false, distr: 3, range: (chart, min, max) => (min > 0 && max > min ? [min, max] : whole) }, y: { range: () => [0, 1.02] } },
    axes: [axis((chart, marks) => marks.map((mark) => duration(mark, plain)), { size: 34, splits: (chart, index, low, high) => powers_between(low, high), filter: (chart, marks) => marks }), axis((chart, marks) => marks.map((mark) => percent(mark)), { size: 52 })],
    series: [{ label: "within", value: (chart, raw) => (raw === null ? "" : duration(raw)) }, ...rows.map(({ strategy }) => line_of(strategy, (share) => percent(share, 1), uPlot.paths.stepped({ align: 1 })))],
    cursor: { drag: { x: true, y: false }, bind: { dblclick: (chart) => () => chart.setScale("x", { min: whole[0], max: whole[1] }) } },
  };
  const element = make_chart("", options, joined(tables));
  element.querySelector("figcaption").append(make("i", { class: "swatch colour-" + phase.colour }), make("b", {}, quoted(phase.name, 30)), " ", quoted(phase.meaning, 90));
  element.chart.setScale("x", { min: whole[0], max: whole[1] });
  return element;
}

function make_distributions(strategies, phases) {
  const figures = [];
  for (const phase of phases) {
    const rows = strategies.map((strategy) => ({ strategy, distribution: strategy.recording?.phases.find((one) => one.name === phase.name) }))
      .filter(({ distribution }) => distribution && distribution.buckets.length > 0);
    if (rows.length) figures.push(make_quantile_chart(phase, rows));
  }
  return figures.length ? make("div", { class: "pair" }, ...figures) : null;
}

function redraw() {
  for (const chart of charts) {
    chart.redraw(false, true);
    chart.root.querySelectorAll(".u-marker").forEach((marker, i) => i > 0 && (marker.style.background = chart.series[i].stroke(chart)));
  }
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
// A page is printed on white, whatever the screen is.
addEventListener("beforeprint", () => (document.documentElement.classList.add("paper"), redraw()));
addEventListener("afterprint", () => (document.documentElement.classList.remove("paper"), redraw()));
