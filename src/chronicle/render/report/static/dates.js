// Days are numbers: 1 is the first day of the year 1, as in Python.
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September",
  "October", "November", "December"];
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

// The last day of a date in any form that event files take; an error in words for anything else.
function dayOf(text) {
  let plain = text.trim();
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
