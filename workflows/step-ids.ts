/**
 * Who a step is: its name, its input, and how often both came before. It becomes the activity's id, which Temporal compares when
 * a job is replayed. So code that takes other steps than the job has taken is found out, and no step gets the result of another.
 */

/** What Temporal is told of a step so that a replay knows it again. */
export interface StepId {
  readonly activityId?: string;
}

export type StepIds = (name: string, input: string) => StepId;

/** For jobs that began before steps had ids: Temporal numbers them. */
export const numbered: StepIds = () => ({});

export function createStepIds(): StepIds {
  const taken = new Map<string, number>();
  return (name, input) => {
    const id = idOf(name, input);
    const nth = (taken.get(id) ?? 0) + 1;
    taken.set(id, nth);
    return { activityId: nth === 1 ? id : `${id}-${nth}` };
  };
}

/** What tells a step, or a question, from others: its name, and its input in short. */
export function idOf(name: string, input: string): string {
  return `${name}-${hashOf(input)}`;
}

/**
 * 64 bits of a text, as 16 hexadecimal digits: two FNV-1a hashes of 32 bits with different beginnings. Temporal's sandbox has no
 * cryptography, and none is needed: nobody gains by a step that is taken for another one of the same job.
 */
function hashOf(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x01000193) ^ (b >>> 15);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
