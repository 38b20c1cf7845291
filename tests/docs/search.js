// Put questions to the search of a built site, with the site's own scripts and index.
//
// node search.js SITE < questions.json: prints the pages of the results of each, the best first.
const fs = require("fs");
const vm = require("vm");

const site = process.argv[2];
const script = (name) => fs.readFileSync(`${site}/${name}`, "utf8");
const page = {
  DOCUMENTATION_OPTIONS: {},
  SPHINX_HIGHLIGHT_ENABLED: false,
  _ready: () => {},
  document: { getElementById: () => null },
  console,
  _: (text) => text,
};
page.window = page;
vm.createContext(page);
for (const name of ["_static/searchtools.js", "_static/language_data.js", "searchindex.js"])
  vm.runInContext(script(name), page, { filename: name });

page.questions = JSON.parse(fs.readFileSync(0, "utf8"));
// _performSearch returns the best result last.
const pages = vm.runInContext(
  `questions.map((question) =>
    Search._performSearch(...Search._parseQuery(question)).reverse().map((result) => result[0]))`,
  page,
);
console.log(JSON.stringify(pages));
