// A section as the charts want it: every key that is missing or strange has become null or an empty list.

const most_strategies = 24;
const most_jobs = 128;
const most_stretches = 64;
const most_bins = 4000;
const colours = 8;  // of phases and of strategies; beyond them they repeat or are all alike

const known_phases = ["queue", "lookup", "connect", "secure", "answer", "receive", "disk", "compute"];

/// The phases of a section in their order, each with a colour of its own; those that only recordings name come last.
class Phases {
  constructor(rows) {
    this.by_name = new Map();
    for (const row of objects_of(rows, 32)) this.add(String(row.name ?? ""), row.meaning);
  }
  add(name, meaning) {
    if (this.by_name.has(name)) return;
    const known = known_phases.indexOf(name);
    this.by_name.set(name, { name, meaning: meaning ?? "", colour: known < 0 ? "other" : known_phases[known] });
  }
  of(name) {
    this.add(name);
    return this.by_name.get(name);
  }
  get all() {
    return [...this.by_name.values()];
  }
}

function stretch_of(row, phases) {
  const [name, begin, length] = list_of(row, 3);
  if (typeof name !== "string" || number_of(begin) === null || length_of(length) === null) return null;
  return { phase: phases.of(name), begin, length };
}

function job_of(row, phases) {
  const stretches = list_of(row.stretches, most_stretches).map((one) => stretch_of(one, phases)).filter(Boolean);
  return { index: row.index, label: row.label ?? "", verdict: row.verdict ?? "", stretches };
}

function distribution_of(row) {
  const buckets = list_of(row.buckets, most_bins)
    .map((pair) => list_of(pair, 2).map(length_of))
    .filter(([upper, count]) => upper !== null && upper !== undefined && count > 0)
    .sort((one, other) => one[0] - other[0]);
  return {
    name: String(row.name ?? ""), count: length_of(row.count), p50: length_of(row.p50), p90: length_of(row.p90),
    p99: length_of(row.p99), max: length_of(row.max), buckets,
  };
}

function recording_of(row, phases) {
  const bin = length_of(row.bin);
  const jobs = objects_of(row.jobs, most_jobs).map((job) => job_of(job, phases));
  const last = most_of(jobs.flatMap((job) => job.stretches.map((one) => one.begin + one.length)));
  return {
    wall: length_of(row.wall) || last, bin: bin > 0 ? bin : null, jobs,
    in_flight: list_of(row.in_flight, most_bins).map(length_of),
    finished: list_of(row.finished, most_bins).map(length_of),
    phases: objects_of(row.phases, 32).map(distribution_of),
  };
}

/// The middle of a figure over all rounds; where only rounds have it, theirs.
function middle_of_rounds(rounds, pick) {
  const values = rounds.map(pick).filter((value) => value !== null).sort((one, other) => one - other);
  if (values.length === 0) return null;
  const half = values.length >> 1;
  return values.length % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// Both parts of one round, the middle one by their sum: medians of each part alone would not add up to that of the whole.
function processor_of(rounds) {
  const all = rounds.map((round) => ({ cpu_user: length_of(round.cpu_user), cpu_system: length_of(round.cpu_system) }))
    .filter((one) => one.cpu_user !== null && one.cpu_system !== null)
    .sort((one, other) => one.cpu_user + one.cpu_system - other.cpu_user - other.cpu_system);
  return all[all.length >> 1] ?? { cpu_user: null, cpu_system: null };
}

function costs_of(row, rounds) {
  const of_rounds = (name) => middle_of_rounds(rounds, (round) => length_of(round[name]));
  const own = (name) => median_of(row[name]) ?? of_rounds(name);
  return {
    memory: own("memory_peak_bytes"), voluntary: own("switches_voluntary"), involuntary: own("switches_involuntary"),
    calls: own("system_calls"), ...processor_of(rounds),
  };
}

function verdicts_of(rounds) {
  const verdicts = new Map();
  for (const [verdict, count] of Object.entries(object_of(rounds[0]?.verdicts)))
    if (length_of(count) !== null) verdicts.set(verdict, count);
  return verdicts;
}

/// A strategy, or a peer, with what both have.
function contestant_of(row, is_peer, phases) {
  const rounds = objects_of(row.rounds, 1000);
  const recording = row.recording ? recording_of(object_of(row.recording), phases) : null;
  const speed_up = object_of(row.speed_up);
  return {
    name: shown((is_peer ? row.peer : row.strategy) ?? "?", 60), is_peer, engine: row.engine ?? "", window: length_of(row.window),
    wall: median_of(row.wall) ?? recording?.wall ?? null, spread: length_of(object_of(row.wall).spread),
    walls: rounds.map((round) => length_of(round.wall)).filter((wall) => wall !== null),
    cpu: median_of(row.cpu), speed_up: median_of(row.speed_up), low: length_of(speed_up.low), high: length_of(speed_up.high),
    ...costs_of(row, rounds), verdicts: verdicts_of(rounds), agrees: length_of(row.agrees_with_itself), recording,
    answers: object_of(row.answers), comparable: length_of(row.comparable), equal: length_of(row.equal),
    failure: typeof row.failure === "string" ? row.failure : "",
  };
}

function section_of(data) {
  const phases = new Phases(data.phases);
  const strategies = objects_of(data.strategies, most_strategies).map((row) => contestant_of(row, false, phases));
  const peers = objects_of(data.peers, most_strategies).map((row) => contestant_of(row, true, phases));
  strategies.forEach((strategy, index) => (strategy.colour = index % colours));
  peers.forEach((peer, index) => (peer.colour = (strategies.length + index) % colours));
  const left_out = list_of(data.strategies, Infinity).length - strategies.length;
  return {
    title: data.title ?? "", is_run: data.kind === "run", baseline: data.baseline, targets: length_of(data.targets),
    phases, strategies, peers, left_out, agreement: list_of(data.agreement, most_strategies).map((row) => list_of(row, most_strategies)),
    thresholds: objects_of(data.thresholds, 200), summary: list_of(data.summary, 200).map((pair) => list_of(pair, 2)),
    story: list_of(data.story, 20), caveats: list_of(data.caveats, 200),
  };
}
