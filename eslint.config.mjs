// What eslint checks: mistakes, not taste. prettier formats, tsc checks types, tests/architecture the imports.

import js from "@eslint/js";
import globals from "globals";

const PAGE = "src/byhand/lab/static";
// scripts, not modules
const CLASSIC = ["app/from-disk.js", "app/theme.js", "export/loader.js"].map((name) => `${PAGE}/${name}`);

export default [
  { ignores: ["**/vendor/**", ".venv/**", "build/**", "dist/**", "runs/**"] },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "no-shadow-restricted-names": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "one-var": ["error", "never"],
      "prefer-const": "error",
    },
  },
  { files: [`${PAGE}/**/*.js`], languageOptions: { globals: globals.browser } },
  { files: [`${PAGE}/worker/**/*.js`], languageOptions: { globals: globals.worker } },
  { files: ["docs/_static/*.js"], languageOptions: { sourceType: "script", globals: globals.browser } },
  { files: CLASSIC, languageOptions: { sourceType: "script" } },
  { files: ["**/*.mjs"], languageOptions: { globals: globals.nodeBuiltin } },
];
