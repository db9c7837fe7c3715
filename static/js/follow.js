// The time where the reader is, as the browser tells it, where nobody has chosen yet.

const zone = document.querySelector("select[data-preset]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && [...zone.options].some(({ value }) => value === here)) zone.value = here;
