// Days are numbers: 1 is the first day of the year 1, as in Python.
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September",
  "October", "November", "December"];
const numbers = new Intl.NumberFormat("en");
const counted = (number) => numbers.format(number);
const UNIX = 719163;
const FORMS = "write 2014, 2014-Q3, 2014-03 or 2014-03-11";

const dateOf = (day) => new Date((day - UNIX) * 86400000);

function numberOf(year, month, day) {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return Math.round(date.getTime() / 86400000) + UNIX;
}

const isoOf = (day) => {
  const date = dateOf(day);
  const two = (number) => String(number).padStart(2, "0");
  return `${String(date.getUTCFullYear()).padStart(4, "0")}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
};

const dayWords = (day) => {
  const date = dateOf(day);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
};

const lastOf = (year, month) => numberOf(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - 1;

// A day counted from today, as questions take it: yesterday, last-year, 30-days-ago, -3m. Null for another text.
function relativeDay(text) {
  const now = new Date();
  const today = numberOf(now.getFullYear(), now.getMonth() + 1, now.getDate());
  const words = text.startsWith("-") ? text.toLowerCase() : text.trim().toLowerCase().split(/[\s._-]+/).join(" ");
  const near = { today: 0, yesterday: -1, tomorrow: 1 }[words];
  if (near !== undefined) return today + near;
  const monthsBefore = (months) => {
    const counted = now.getFullYear() * 12 + now.getMonth() - months;
    return [Math.floor(counted / 12), (counted % 12) + 1];
  };
  const period = /^(this|last) (month|quarter|year)$/.exec(words);
  if (period) {
    const size = { month: 1, quarter: 3, year: 12 }[period[2]];
    const [year, month] = monthsBefore(period[1] === "last" ? size : 0);
    return lastOf(year, Math.ceil(month / size) * size);
  }
  const ago = /^(\d{1,6}) (day|week|month|year)s? ago$/.exec(words) || /^-(\d{1,6})([dwmy])$/.exec(words);
  if (!ago) return null;
  const [count, unit] = [+ago[1], ago[2][0]];
  if (unit === "d" || unit === "w") return atLeastFirst(today - count * (unit === "w" ? 7 : 1));
  const [year, month] = monthsBefore(count * (unit === "y" ? 12 : 1));
  if (year < 1) return null;
  return Math.min(numberOf(year, month, 1) + now.getDate() - 1, lastOf(year, month));
}

const atLeastFirst = (day) => (day < 1 ? null : day);

// The last day of a date in any form that event files take; an error in words for anything else.
function dayOf(text) {
  const plain = text.trim();
  const relative = relativeDay(plain);
  if (relative !== null) return relative;
  const range = /^\[(.*)\.\.(.*)\]$/.exec(plain);
  if (range) {
    if (!range[2]) throw new Error(`date without an end: ${plain}; write one day, such as 2014-09-30`);
    const end = dayOf(range[2]);
    if (range[1] && firstOf(range[1]) > end) throw new Error("range runs backwards: write the earlier end first");
    return end;
  }
  return windowOf(plain)[1];
}

const firstOf = (text) => windowOf(text)[0];

function windowOf(text) {
  const plain = text.replace(/[~?%]$/, "");
  const found = /^(\d{4})(?:-(?:Q([1-4])|(\d\d))(?:-(\d\d))?)?$/i.exec(plain);
  if (!found || +found[1] === 0 || (found[2] && found[4])) throw new Error(`not a date: ${FORMS}`);
  const year = +found[1];
  if (!found[2] && !found[3]) return [numberOf(year, 1, 1), lastOf(year, 12)];
  const coded = found[3] ? +found[3] : 0;
  const quarter = found[2] ? +found[2] : coded >= 33 && coded <= 36 ? coded - 32 : 0;
  if (quarter && !found[4]) return [numberOf(year, 3 * quarter - 2, 1), lastOf(year, 3 * quarter)];
  if (coded < 1 || coded > 12) throw new Error(`no such month: ${FORMS}`);
  if (!found[4]) return [numberOf(year, coded, 1), lastOf(year, coded)];
  const day = numberOf(year, coded, +found[4]);
  if (+found[4] < 1 || day > lastOf(year, coded)) throw new Error("no such day in that month");
  return [day, day];
}
