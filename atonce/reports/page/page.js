// The page: a section for each result that it holds.

/// One or two sentences that say which strategy won, and why it could.
function story_of(section) {
  const timed = section.strategies.filter((one) => one.wall > 0);
  if (section.is_run || timed.length < 2) return null;
  const best = timed.reduce((one, other) => (other.wall < one.wall ? other : one));
  const base = timed.find((one) => one.name === shown(section.baseline, 60)) ?? timed.reduce((one, other) => (other.wall > one.wall ? other : one));
  const busy = base.cpu === null ? null : base.cpu / base.wall;
  const gain = base.wall / best.wall;
  const is_noise = best.low !== null && best.low <= 1 && best.high >= 1;
  const first = best === base ? [name_of(base), " was not beaten: it took ", duration(base.wall), ". "]
    : [name_of(best), " took ", duration(best.wall), ", ", name_of(base), " ", duration(base.wall), is_noise ? ": within the noise. " : gain < 1.1 ? ": hardly a difference. " : ": " + three_digits(gain) + " times as fast. "];
  const why = busy === null ? []
    : ["While ", quoted(base.name), " went on, a processor was busy for ", percent(busy), " of the time. ",
      busy < 0.5 ? "The rest was waiting, and waiting for many things at once takes no longer than waiting for one."
        : busy < 0.9 ? "There was some waiting for the others to fill with work."
        : "Nothing was waited for, so there was nothing to overlap; only more processors could make it faster."];
  return make("p", { class: "story" }, ...first, ...why);
}

const part = (title, ...content) => {
  const there = content.filter(Boolean);
  return there.length ? [make("h3", {}, title), ...there] : [];
};

function make_summary(pairs) {
  if (pairs.length === 0) return null;
  return make("dl", { class: "account" }, ...pairs.flatMap(([name, value]) => [make("dt", {}, quoted(name, 60)), make("dd", {}, quoted(value, 200))]));
}

function make_caveats(caveats) {
  return caveats.length ? make("ul", { class: "caveats" }, ...caveats.map((sentence) => make("li", {}, quoted(sentence, 2000)))) : null;
}

function make_section(data, number) {
  const section = section_of(object_of(data));
  const recorded = section.strategies.filter((strategy) => strategy.recording);
  const drawn = recorded.filter((strategy) => strategy.recording.jobs.some((job) => job.stretches.length));
  section.strategies.forEach((strategy, i) => (strategy.dash = Math.floor(i / colours)));
  const view = new View(most_of(recorded.map((strategy) => strategy.recording.wall)));
  const used = new Set(recorded.flatMap(({ recording }) => [...recording.jobs.flatMap((job) => job.stretches.map((one) => one.phase.name)), ...recording.phases.map((one) => one.name)]));
  const phases = section.phases.all.filter((phase) => used.has(phase.name));
  const jobs = most_of(drawn.map((strategy) => strategy.recording.jobs.length));
  const about = drawn.length === 0 ? null : make("p", { class: "about" },
    jobs === section.targets ? "Every job is a row" : "A row is a job; " + counted(jobs, "job", "jobs") + (section.targets ? " of " + grouped(section.targets) : "") + " are shown",
    drawn.length > 1 ? ", the same under each strategy, in one of its rounds. All share one axis of time." : ".");
  return make("section", { id: "section-" + number, "aria-labelledby": "title-" + number },
    make("h2", { id: "title-" + number }, quoted(section.title || "a result without a title", 300)),
    story_of(section), make_thresholds(section.thresholds), make_summary(section.summary),
    section.is_run ? null : make_standing(section), make_peer_notes(section.peers),
    section.left_out > 0 ? make("p", {}, counted(section.left_out, "more strategy is", "more strategies are") + " not shown.") : null,
    ...part("Who waited for what", about, drawn.length ? new TimelineChart(drawn, phases, view).element : null),
    ...part("Over time", make_time_charts(recorded, view)),
    ...part("How long each phase took", make_distributions(recorded, phases), make_percentiles(recorded, phases)),
    ...part("What it cost", make_costs(section)),
    ...(section.is_run ? [] : part("Verdicts", make_agreement(section), make_verdicts(section))),
    ...part(section.is_run ? "Notes" : "What to know before believing this", make_caveats(section.caveats)));
}

function make_contents(sections) {
  if (sections.length < 2) return null;
  return make("nav", { "aria-label": "contents" }, make("ol", {}, ...sections.map((section) =>
    make("li", {}, make("a", { href: "#" + section.id }, quoted(section.querySelector("h2").textContent, 300))))));
}

function make_each(script, i) {
  try {
    return make_section(JSON.parse(script.textContent), i + 1);
  } catch (error) {
    console.error(error);
    return make("section", { id: "section-" + (i + 1) }, make("h2", {}, "A part of this page that could not be drawn"), make("p", {}, shown(String(error))));
  }
}

const sections = [...document.querySelectorAll("script.section")].map(make_each);
document.querySelector("main").append(make_contents(sections) ?? "", ...sections);
document.documentElement.dataset.drawn = sections.length;
