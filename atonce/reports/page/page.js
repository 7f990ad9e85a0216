// The page: a section for each result that it holds.

/// What the result comes to, in the sentences that came with it.
function make_story(sentences) {
  return sentences.length ? make("p", { class: "story" }, ...sentences.flatMap((sentence) => [quoted(sentence, 500), " "])) : null;
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
    make_story(section.story), make_thresholds(section.thresholds), make_summary(section.summary),
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
