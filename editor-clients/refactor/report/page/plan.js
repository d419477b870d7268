"use strict";

/**
 * The plan without what was unticked: its lines as they were, but for the outcome of those sites.
 * `unticked` has, by the number of a line, the numbers of sites.
 */
function reduced(lines, unticked) {
  return lines.map((line, number) => {
    const sites = unticked.get(number);
    if (!sites) return `${line.trim()}\n`;
    const entry = JSON.parse(line);
    for (const site of sites) entry.file.sites[site].outcome = "taken out by hand";
    return `${JSON.stringify(entry)}\n`;
  }).join("");
}
