// Words and figures: what comes from outside becomes text here, and only here.

// A label may hold anything. What would move, hide or reorder the page's own words is shown as its number; a heap of
// accents is cut; so is what nobody would read to its end.
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

function escaped(character) {
  const code = character.codePointAt(0).toString(16).toUpperCase();
  return character < "\x80" ? "\\x" + code.padStart(2, "0") : "\\u{" + code + "}";
}

function shown(value, longest = 160) {
  let text = typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value);
  const cut = text.length > longest;
  if (cut) text = text.slice(0, longest);
  text = text.replace(hidden, escaped);
  text = text.replace(/^\p{M}/u, "\u25cc$&").replace(/(\p{M}{3})\p{M}+/gu, "$1\u2026");
  return cut ? text + "\u2026" : text;
}

// Values of a section as what they should be; anything else counts as missing.
const number_of = (value) => (typeof value === "number" && Number.isFinite(value) ? value : null);
const length_of = (value) => (number_of(value) !== null && value >= 0 ? value : null);
const list_of = (value, most = 1000) => (Array.isArray(value) ? value.slice(0, most) : []);
const object_of = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});
const objects_of = (value, most) => list_of(value, most).filter((one) => one !== null && typeof one === "object").map(object_of);
const median_of = (value) => (typeof value === "number" ? length_of(value) : length_of(object_of(value).median));
const sum_of = (values) => values.reduce((sum, value) => sum + value, 0);
const most_of = (values) => values.reduce((most, value) => Math.max(most, value), 0);

const unknown = "\u2013";
const minus = (text) => text.replace("-", "\u2212");

function three_digits(value) {
  const size = Math.abs(value);
  if (size >= 1e15) return value.toExponential(2);
  if (size >= 999.5) return grouped(value);
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 9.995) return value.toFixed(1);
  if (size >= 0.01 || size === 0) return value.toFixed(2);
  return value.toExponential(1);
}

/// The same without zeros that say nothing: for the marks of an axis.
function plain(value) {
  const text = three_digits(value);
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}

function grouped(value) {
  if (value === null) return unknown;
  if (Math.abs(value) >= 1e15) return value.toExponential(2);
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

const time_units = [
  { below: 0.9995e-6, size: 1e-9, name: "ns" },
  { below: 0.9995e-3, size: 1e-6, name: "\u00b5s" },
  { below: 0.9995, size: 1e-3, name: "ms" },
  { below: 119.5, size: 1, name: "s" },
  { below: 7170, size: 60, name: "min" },
  { below: Infinity, size: 3600, name: "h" },
];
const time_unit_of = (seconds) => time_units.find((unit) => Math.abs(seconds) < unit.below);

function duration(seconds, write = three_digits) {
  if (seconds === null) return unknown;
  if (seconds === 0) return "0 s";
  const unit = time_unit_of(seconds);
  return minus(write(seconds / unit.size)) + "\u202f" + unit.name;
}

function bytes(count) {
  if (count === null) return unknown;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (count >= 1023.5 && unit + 1 < units.length) (count /= 1024), ++unit;
  return (unit === 0 ? grouped(count) : three_digits(count)) + "\u202f" + units[unit];
}

function percent(share, digits = 0) {
  if (share === null) return unknown;
  const text = (share * 100).toFixed(digits);
  if (share > 0 && Number(text) === 0) return "<" + (digits ? "0.1" : "1") + "\u202f%";
  if (share < 1 && Number(text) === 100) return ">99\u202f%";
  return text + "\u202f%";
}

const ratio = (value) => (value === null ? unknown : three_digits(value) + "\u202f\u00d7");
const rate = (value) => (value === null ? unknown : three_digits(value) + "/s");
const counted = (count, one, many) => grouped(count) + " " + (count === 1 ? one : many);

/// Round marks between `from` and `to`, about `wanted` of them.
function marks_between(from, to, wanted) {
  const span = to - from;
  if (!(span > 0)) return { step: 1, marks: [] };
  const power = 10 ** Math.floor(Math.log10(span / wanted));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => span / size <= wanted);
  const marks = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9 && marks.length < 100; ++i) marks.push(i * step);
  return { step, marks };
}

/// How the marks of a time axis are called: one unit for all of them, and as many digits as tell them apart.
function mark_names(marks, step) {
  const unit = time_unit_of(Math.max(most_of(marks.map(Math.abs)), step));
  const digits = Math.min(9, Math.max(0, -Math.floor(Math.log10(step / unit.size) + 1e-9)));
  return marks.map((mark) => (mark === 0 ? "0" : minus((mark / unit.size).toFixed(digits)) + "\u202f" + unit.name));
}

// Elements. A child that is a string is text, whatever it holds.
function make(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}
function draw(name, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}
/// Words from outside, kept apart from the direction of ours.
const quoted = (value, longest) => make("bdi", {}, shown(value, longest));
