// Rank pages by how many of the words they have, rare words first. Sphinx requires every word, so a
// question in a user's own words would find nothing.
const IN_THE_BACKGROUND =
  /^(reference|command-reference|sandbox-api|error-table|endpoints|exit-|changelog|migration|security|benchmarks|design|release)/;
const findPagesWith = Search.performTermsSearch;

Search.performTermsSearch = (searchTerms, excludedTerms) => {
  const pages = Search._index.docnames.length;
  const results = new Map();
  for (const term of searchTerms) {
    const found = findPagesWith(new Set([term]), excludedTerms);
    const rarity = Math.log((1 + pages) / (1 + found.length));
    for (const result of found) {
      const name = result[0];
      const isTitle = result[1].toLowerCase().includes(term);
      const weight = (isTitle ? 2 : 1) * (IN_THE_BACKGROUND.test(name) ? 0.4 : 1);
      const score = rarity * result[4] * weight;
      if (results.has(name)) results.get(name)[4] += score;
      else results.set(name, [...result.slice(0, 4), score, ...result.slice(5)]);
    }
  }
  const best = Math.max(...[...results.values()].map((result) => result[4]));
  return [...results.values()].filter((result) => result[4] > best / 5);
};
