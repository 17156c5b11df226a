// biome-ignore-all lint/correctness/noUnusedVariables: the pages use them
// The script that all pages share. protocols/pages.ts puts it into each page.

const $ = (id) => document.getElementById(id);

const KEPT = 'hoshi.language';
/** Language → key → words, or a function that gives words. Each page has its own. */
let wordsOf;
let language;
let words;
/** Runs after each change of the language. */
let onSpoken;

function startLanguages(ofPage, spoken) {
  wordsOf = ofPage;
  onSpoken = spoken;
  const ofBrowser = navigator.languages.map((name) => name.slice(0, 2)).find((name) => name in wordsOf);
  speak(keptLanguage() ?? ofBrowser ?? 'en');
}

/** The language of the last visit. Undefined if there is none, or if the browser forbids storage. */
function keptLanguage() {
  try {
    const kept = localStorage.getItem(KEPT);
    return kept !== null && Object.hasOwn(wordsOf, kept) ? kept : undefined;
  } catch {}
}

function speak(name) {
  language = name;
  words = wordsOf[name];
  document.documentElement.lang = name;
  for (const element of document.querySelectorAll('[data-words]')) element.textContent = words[element.dataset.words];
  for (const element of document.querySelectorAll('[data-label]'))
    element.setAttribute('aria-label', words[element.dataset.label]);
  for (const button of document.querySelectorAll('.languages button'))
    button.setAttribute('aria-pressed', button.lang === name);
  onSpoken();
}

for (const button of document.querySelectorAll('.languages button')) {
  button.addEventListener('click', () => {
    speak(button.lang);
    try {
      localStorage.setItem(KEPT, button.lang);
    } catch {}
  });
}

function elementOf(tag, text, className) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className !== undefined) element.className = className;
  return element;
}
