/** General rules. The boundaries between folders are a table in test/architecture.test.ts, where one reader finds them. */
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '.holdfast', 'coverage'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js'] })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'off', // factories: the return type is inferred and named
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNullish: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off', // `return refuse(…)` reads downhill
      '@typescript-eslint/no-unsafe-enum-comparison': 'off', // gRPC and Temporal speak in numbers; each has a name where it is used
      '@typescript-eslint/unbound-method': 'off', // factories return closures: there is no `this`
      '@typescript-eslint/no-unnecessary-type-parameters': 'off', // job.steps<A>() names the activities it wants
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }], // leaving one property out
      'import-x/no-cycle': 'error',
    },
  },
  {
    files: [
      'bench/floor-main.ts',
      'bench/upstream-server.ts',
      'gateway/mcp/mcp-server.ts',
      'test/gateway/mcp/sdk-contract.test.ts',
    ],
    rules: { '@typescript-eslint/no-deprecated': 'off' }, // the low-level Server is what the SDK names for gateways like this one
  },
  {
    files: ['activities/upstreams/mcp/old-sse.ts', 'test/activities/upstreams/http.test.ts', 'test/proof/client.ts'],
    rules: { '@typescript-eslint/no-deprecated': 'off' }, // servers of 2024-11-05 still exist
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off', // expect.objectContaining and its like are any
    },
  },
);
