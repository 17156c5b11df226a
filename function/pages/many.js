// Several texts, one a line: lists within the server's limits → a table that can be sorted, and a CSV file. A part of
// home.html, whose functions it uses: `send`, `sentenceOf`, `choose`, `announce`.

/** A request has at most this many texts and UTF-16 units. After a refusal, the next one has half as many. */
const MOST_TEXTS = 256;
const MOST_UNITS = 60_000;
const ROWS_SHOWN = 200;
/** In bytes. */
const LARGEST_FILE = 5 << 20;
const RENDER_EVERY_MS = 1000;

/** One for each line with a text: {line, text, score, label, known}, or {line, text, trouble}. */
let rows = [];
/** The AbortController of the run. Undefined if none runs. */
let run;
let sorting = { by: 'score', isUp: false };
let rowsShown = ROWS_SHOWN;
let fileTrouble;
/** Why the run waits or has ended early: {key, value}. */
let runTrouble;

async function scoreLines() {
  run?.abort();
  const mine = new AbortController();
  run = mine;
  rows = $('lines')
    .value.split('\n')
    .map((text, i) => ({ line: i + 1, text: text.trim() }))
    .filter(({ text }) => text !== '');
  rowsShown = ROWS_SHOWN;
  runTrouble = fileTrouble = undefined;
  let most = MOST_TEXTS;
  let rendered = performance.now();
  renderRows();
  for (let at = 0; at < rows.length; ) {
    const batch = batchFrom(at, most);
    const outcome = await send({ texts: batch.map(({ text }) => text), details: true }, mine.signal);
    if (mine.signal.aborted) return;
    runTrouble = undefined;
    const { body, trouble, againMs } = outcome;
    if (trouble === undefined && body.scores?.length === batch.length) {
      batch.forEach((row, i) => {
        Object.assign(row, { score: body.scores[i], ...body.details?.[i] });
      });
      at += batch.length;
      most = Math.min(MOST_TEXTS, 2 * most);
    } else if (againMs !== undefined) {
      runTrouble = trouble;
      renderProgress();
      await pause(againMs, mine.signal);
      if (mine.signal.aborted) return;
    } else if (trouble === undefined || trouble.key === 'failed') {
      runTrouble = trouble ?? { key: 'failed', value: 200 };
      break;
    } else if (batch.length > 1) most = Math.ceil(batch.length / 2);
    else {
      batch[0].trouble = trouble;
      at += 1;
    }
    renderProgress();
    if (performance.now() - rendered > RENDER_EVERY_MS) {
      renderRows();
      rendered = performance.now();
    }
  }
  run = undefined;
  renderRows();
  announce(summary());
}

/** The rows of one request, at least one. */
function batchFrom(at, most) {
  let end = at;
  for (let units = 0; end < rows.length && end - at < most; end++) {
    units += rows[end].text.length + 128; // as the server counts a text
    if (units > MOST_UNITS && end > at) break;
  }
  return rows.slice(at, end);
}

/** Ends early if the run is stopped, or if the browser is online again. */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}

function isDone(row) {
  return row.score !== undefined || row.trouble !== undefined;
}

function summary() {
  const scored = rows.filter(({ score }) => score !== undefined).length;
  const refused = rows.filter(({ trouble }) => trouble !== undefined).length;
  return words.summary(scored.toLocaleString(language), refused.toLocaleString(language), refused);
}

function renderProgress() {
  const done = rows.filter(isDone).length;
  $('progress').max = Math.max(1, rows.length);
  $('progress').value = done;
  $('progress').hidden = $('stop').hidden = run === undefined;
  $('state').textContent =
    runTrouble !== undefined
      ? sentenceOf(runTrouble)
      : fileTrouble !== undefined
        ? sentenceOf(fileTrouble)
        : rows.length > 0
          ? run === undefined
            ? summary()
            : words.progress(done.toLocaleString(language), rows.length.toLocaleString(language))
          : '';
  $('state').toggleAttribute('data-bad', runTrouble !== undefined || fileTrouble !== undefined);
}

/** The rows in the order of the table. Rows without a value come last. */
function sortedRows() {
  const { by, isUp } = sorting;
  const keyOf = by === 'label' ? ({ score, label }) => label && score : (row) => row[by] ?? undefined;
  return rows.filter(isDone).toSorted((a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)];
    if (x === undefined || y === undefined) return (x === undefined) - (y === undefined) || a.line - b.line;
    const order = typeof x === 'string' ? x.localeCompare(y, 'ja') : x - y;
    return (isUp ? order : -order) || a.line - b.line;
  });
}

function renderRows() {
  renderProgress();
  const sorted = sortedRows();
  $('table').hidden = $('csv').hidden = sorted.length === 0;
  for (const button of document.querySelectorAll('[data-sort]')) {
    const isSorted = button.dataset.sort === sorting.by;
    button.closest('th').setAttribute('aria-sort', isSorted ? (sorting.isUp ? 'ascending' : 'descending') : 'none');
  }
  $('rows').replaceChildren(...sorted.slice(0, rowsShown).map(elementOfRow));
  $('more').hidden = sorted.length <= rowsShown;
  $('more').textContent = words.more((sorted.length - rowsShown).toLocaleString(language));
}

function elementOfRow({ line, text, score, label, known, trouble }) {
  const row = document.createElement('tr');
  const open = elementOf('button', text, 'open');
  open.type = 'button';
  open.lang = 'ja';
  open.title = words.open;
  open.addEventListener('click', () => {
    choose('one');
    $('text').value = text;
    $('text').focus();
    ask();
  });
  const cell = elementOf('th', '', 'said');
  cell.scope = 'row';
  cell.append(open);
  if (trouble !== undefined) cell.append(elementOf('p', sentenceOf(trouble), 'refused'));
  else if (!known) cell.append(elementOf('p', known === null ? words.wordless : words.nothing, 'refused'));
  row.append(
    elementOf('td', line.toLocaleString(language), 'figure line'),
    cell,
    elementOf('td', score === undefined ? '–' : score.toFixed(2), 'figure'),
    elementOf('td', words[label] ?? '–', 'word'),
    elementOf('td', shareOf(known), 'figure known'),
  );
  return row;
}

// --------------------------------------------------------------------------------------------------------- files

/** A CSV file (RFC 4180) in the order of the table, as spreadsheets open it. */
function csvOf(sorted) {
  const lines = sorted.map(({ line, text, score, label, known, trouble }) => {
    const error = trouble === undefined ? '' : sentenceOf(trouble);
    return [line, cellOf(text), score ?? '', label ?? '', known ?? '', cellOf(error)].join(',');
  });
  // Excel takes UTF-8 only with a byte order mark.
  return `\ufeff${['line,text,score,label,known,error', ...lines].join('\r\n')}\r\n`;
}

/** A text between quotes. A spreadsheet would run a text as a formula if it begins with one of these characters. */
function cellOf(text) {
  const harmless = /^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

function download(name, type, content) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The text of a file in UTF-8, UTF-16, Shift_JIS or EUC-JP. Undefined if it is in none of them. */
function decoded(bytes) {
  const read = (encoding) => {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      return text.includes('\0') ? undefined : text;
    } catch {}
  };
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return read('utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return read('utf-16be');
  const utf8 = read('utf-8');
  if (utf8 !== undefined) return utf8;
  // The bytes of EUC-JP are often half-width kana in Shift_JIS, which texts have rarely.
  const halfWidth = (text) => text.match(/[｡-ﾟ]/g)?.length ?? 0;
  const readable = ['shift_jis', 'euc-jp'].map(read).filter((text) => text !== undefined);
  return readable.sort((a, b) => halfWidth(a) - halfWidth(b))[0];
}

async function openFile(file) {
  choose('many');
  run?.abort();
  run = runTrouble = fileTrouble = undefined;
  rows = [];
  const isSmall = file.size <= LARGEST_FILE;
  const text = isSmall ? decoded(new Uint8Array(await file.arrayBuffer())) : undefined;
  if (text === undefined) {
    fileTrouble = isSmall ? { key: 'notText' } : { key: 'largeFile', value: LARGEST_FILE >> 20 };
    return renderRows();
  }
  $('lines').value = text;
  scoreLines();
}

$('file').addEventListener('change', ({ target }) => {
  if (target.files.length > 0) openFile(target.files[0]);
  target.value = ''; // so that the same file can be chosen again
});
addEventListener('dragover', (event) => {
  if (event.dataTransfer.types.includes('Files')) event.preventDefault();
});
addEventListener('drop', (event) => {
  if (event.dataTransfer.files.length === 0) return;
  event.preventDefault(); // else the browser would leave the page
  openFile(event.dataTransfer.files[0]);
});

$('run').addEventListener('click', scoreLines);
$('lines').addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) scoreLines();
});
$('stop').addEventListener('click', () => {
  run?.abort();
  run = runTrouble = undefined;
  renderRows();
  $('run').focus();
});
$('more').addEventListener('click', () => {
  rowsShown += ROWS_SHOWN;
  renderRows();
});
$('csv').addEventListener('click', () => download('hoshi.csv', 'text/csv;charset=utf-8', csvOf(sortedRows())));
for (const button of document.querySelectorAll('[data-sort]')) {
  button.addEventListener('click', () => {
    const { sort } = button.dataset;
    sorting = { by: sort, isUp: sorting.by === sort ? !sorting.isUp : sort === 'line' || sort === 'text' };
    renderRows();
  });
}
