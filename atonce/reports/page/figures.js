// Tables and bars of figures.

function make_table(name, head, rows) {
  const cells = (row, kind) => row.map((cell, i) => make(i === 0 && kind === "td" ? "th" : kind, i === 0 ? { scope: kind === "td" ? "row" : "col" } : kind === "th" ? { scope: "col" } : {}, cell));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name },
    make("table", {}, make("thead", {}, make("tr", {}, ...cells(head, "th"))), make("tbody", {}, ...rows.map((row) => make("tr", {}, ...cells(row, "td"))))));
}

const key_of = (one) => make("i", { class: "key line-" + one.colour });
const name_of = (one) => make("span", { class: "name" }, key_of(one), quoted(one.name));

/// A bar whose parts are shares of the longest bar beside it.
function make_bar(parts, longest, dots = []) {
  const bar = make("span", { class: "bar", "aria-hidden": "true" });
  for (const { value, look } of parts) {
    const part = make("i", { class: look });
    part.style.width = (longest > 0 ? Math.min(100, (value / longest) * 100) : 0) + "%";
    bar.append(part);
  }
  for (const value of dots.slice(0, 100)) {
    const dot = make("b");
    dot.style.left = (longest > 0 ? Math.min(100, (value / longest) * 100) : 0) + "%";
    bar.append(dot);
  }
  return bar;
}

const interval_of = (one) => (one.low === null || one.high === null || (one.low === 1 && one.high === 1) ? "" : three_digits(one.low) + "\u2013" + three_digits(one.high));

/// The table that a comparison is read by: who took how long, and how much faster that is.
function make_standing(section) {
  const all = [...section.strategies, ...section.peers];
  const longest = most_of(all.flatMap((one) => [one.wall ?? 0, ...one.walls]));
  const has = (key) => all.some((one) => one[key] !== null);
  const columns = [
    ["", name_of],
    ["time", (one) => make("span", {}, duration(one.wall))],
    ["", (one) => make_bar([{ value: one.wall ?? 0, look: "line-" + one.colour }], longest, one.walls)],
  ];
  if (has("spread")) columns.push(["spread", (one) => (one.spread === null ? unknown : "\u00b1\u202f" + percent(one.spread, 1))]);
  if (has("speed_up")) columns.push(["times as fast", (one) => make("b", {}, ratio(one.speed_up))]);
  if (has("low")) columns.push(["95\u202f% interval", interval_of]);
  if (has("cpu")) columns.push(["processor", (one) => (one.cpu === null || !one.wall ? duration(one.cpu) : duration(one.cpu) + ", " + percent(one.cpu / one.wall))]);
  if (has("agrees")) columns.push(["same each round", (one) => percent(one.agrees, 1)]);
  return make_table("times", columns.map((column) => column[0]), all.map((one) => columns.map((column) => column[1](one))));
}

/// Bars of one cost, a line for each who has it.
function make_cost(title, all, parts, write, legend) {
  const rows = all.map((one) => ({ one, parts: parts(one) })).filter((row) => row.parts.every((part) => part.value !== null));
  if (rows.length === 0) return null;
  const longest = most_of(rows.map((row) => sum_of(row.parts.map((part) => part.value))));
  return make("figure", { class: "cost" }, make("figcaption", {}, make("b", {}, title), ...(legend ?? [])),
    ...rows.map((row) => make("div", { class: "cost-row" }, make("span", { class: "cost-name" }, quoted(row.one.name)),
      make_bar(row.parts, longest), make("span", { class: "cost-figure" }, write(row.parts.map((part) => part.value))))));
}

const part_key = (look, word) => make("span", { class: "part" }, make("i", { class: "swatch " + look }), word);

function make_costs(section) {
  const all = [...section.strategies, ...section.peers];
  const costs = [
    make_cost("Processor time", all, (one) => [{ value: one.cpu_user, look: "first" }, { value: one.cpu_system, look: "second" }],
      (values) => duration(sum_of(values)), [part_key("first", "the program"), part_key("second", "the kernel for it")]),
    make_cost("Memory at its peak", all, (one) => [{ value: one.memory, look: "first" }], (values) => bytes(values[0])),
    make_cost("Context switches", all, (one) => [{ value: one.voluntary, look: "first" }, { value: one.involuntary, look: "second" }],
      (values) => grouped(sum_of(values)), [part_key("first", "to wait"), part_key("second", "made to give way")]),
    make_cost("System calls for each target", all, (one) => [{ value: one.calls, look: "first" }], (values) => three_digits(values[0])),
  ].filter(Boolean);
  return costs.length ? make("div", { class: "costs" }, ...costs) : null;
}

function make_percentiles(strategies, phases) {
  const rows = [];
  for (const phase of phases)
    for (const strategy of strategies) {
      const one = strategy.recording?.phases.find((row) => row.name === phase.name);
      if (one) rows.push([quoted(phase.name, 30), name_of(strategy), grouped(one.count), duration(one.p50), duration(one.p90), duration(one.p99), duration(one.max)]);
    }
  if (rows.length === 0) return null;
  return make("details", {}, make("summary", {}, "the same as a table"), make_table("phases", ["phase", "", "jobs", "half within", "90\u202f% within", "99\u202f% within", "longest"], rows));
}

function make_verdicts(section) {
  const { strategies } = section;
  const names = [...new Set(strategies.flatMap((strategy) => [...strategy.verdicts.keys()]))].slice(0, 100);
  if (names.length === 0) return null;
  return make_table("verdicts", ["", ...names.map((name) => quoted(name, 40))],
    strategies.map((strategy) => [name_of(strategy), ...names.map((name) => (strategy.verdicts.has(name) ? grouped(strategy.verdicts.get(name)) : unknown))]));
}

function make_agreement(section) {
  const { strategies, agreement } = section;
  const shares = agreement.flat().map(number_of).filter((share) => share !== null);
  if (strategies.length < 2 || shares.length === 0) return null;
  if (shares.every((share) => share === 1))
    return make("p", { class: "verdict good" }, "Every two strategies gave the same verdict for every target.");
  return make("div", {}, make("p", {}, "For how many targets two strategies gave the same verdict:"),
    make_table("agreement", ["", ...strategies.map(name_of)],
      strategies.map((strategy, i) => [name_of(strategy), ...strategies.map((_, j) => make("span", { class: agreement[i]?.[j] === 1 ? "" : "bad" }, percent(number_of(agreement[i]?.[j]), 1)))])));
}

function make_peer_notes(peers) {
  const notes = peers.map((peer) => {
    const { least, most } = peer.answers;
    const words = [];
    if (length_of(most) !== null) words.push(least === most ? counted(most, "answer", "answers") + " in each round" : grouped(length_of(least)) + " to " + counted(most, "answer", "answers") + " in a round");
    if (peer.comparable) words.push(percent((peer.equal ?? 0) / peer.comparable, 1) + " of " + grouped(peer.comparable) + " that can be compared say the same");
    if (peer.failure) words.push(shown(peer.failure, 400));
    return words.length ? make("li", {}, name_of(peer), ": ", make("bdi", {}, words.join("; "))) : null;
  }).filter(Boolean);
  return notes.length ? make("ul", { class: "notes" }, ...notes) : null;
}

function make_thresholds(thresholds) {
  if (thresholds.length === 0) return null;
  return make("ul", { class: "thresholds" }, ...thresholds.map((one) => {
    const holds = one.holds === true;
    const interval = interval_of({ low: length_of(one.low), high: length_of(one.high) });
    return make("li", { class: holds ? "good" : "bad" }, make("b", {}, holds ? "holds" : "does not hold"), " ", make("code", {}, quoted(one.text, 200)),
      " ", number_of(one.value) === null ? "" : "it is " + three_digits(one.value) + (interval ? " (" + interval + ")" : ""));
  }));
}
