/** A project's workflows in the shell: one bundle, whose map leads to their sources. */
import { shelled } from '../../project/shelled';

const shell = "first\nsecond\n  'HOLDFAST-PROJECT-CODE';\nlast";

test("the code takes the mark's place, and the map is moved to its line", () => {
  const [code = '', map = ''] = shelled(
    'author();',
    { sources: ['tools/greet/workflow.ts'], mappings: 'AAAA' },
    false,
    shell,
  ).split('//# sourceMappingURL=data:application/json;charset=utf-8;base64,');
  expect(code.split('\n').indexOf('author();')).toBe(3);
  expect(JSON.parse(Buffer.from(map, 'base64').toString())).toEqual({
    sources: ['tools/greet/workflow.ts'],
    mappings: ';;;AAAA',
  });
});

test('a shell without the mark is refused', () => {
  expect(() => shelled('', { sources: [], mappings: '' }, false, 'nothing')).toThrow('has no place');
});
