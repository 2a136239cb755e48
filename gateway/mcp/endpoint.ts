/** The MCP endpoint, put together: what is posted goes in, and its answer comes out. */
import type { Answers } from '../call/answer';
import type { Respond } from '../call/respond';
import type { Rounds } from '../call/rounds';
import type { Watch } from '../call/watch';
import type { Answer } from '../http/front';
import type { Ids } from '../ids';
import type { Jobs } from '../jobs/jobs';
import type { Offered } from '../offered';
import type { Seals } from '../seal';
import { createAnswerBySdk } from './by-sdk';
import { createElicitation } from './elicitation';
import { createBeginExchange } from './exchange';
import type { Exchange } from './exchange';
import { createInbox } from './inbox';
import { createListeners } from './listen';
import { createSetMethods } from './methods';
import type { MethodNeeds } from './methods';
import { createOpenRequests } from './open-requests';
import { createResources } from './resources';
import { createSdk } from './sdk';
import { INFO, createServerFactory } from './server';
import type { ServerNeeds } from './server';
import { createSessions } from './session';
import { createAnswerStraight } from './straight';
import { createTasks } from './tasks';

export interface EndpointNeeds
  extends
    Pick<MethodNeeds, 'menu' | 'patience' | 'readCallback' | 'audit' | 'onError'>,
    Pick<ServerNeeds, 'parts' | 'more' | 'readRounds'> {
  readonly offered: Offered;
  readonly jobs: Jobs;
  readonly watch: Watch;
  readonly answers: Answers;
  readonly respond: Respond;
  readonly rounds: Rounds;
  readonly ids: Ids;
  readonly seals: Seals;
  /** Told of every request that the SDK refuses. */
  readonly onRefused: (error: Error) => void;
}

export interface Endpoint {
  readonly answer: Answer;
  /** To be called when resources or prompts have changed: subscribers are told. */
  readonly partsChanged: () => void;
  /** Ends the subscriptions to lists, each with its result, as those to tasks do: they would hold up a stop. */
  readonly drain: () => void;
}

export function createEndpoint(needs: EndpointNeeds): Endpoint {
  const { offered, jobs, watch, answers, respond, ids, seals, audit, onError } = needs;
  const sessions = createSessions(seals, ids);
  const elicitation = createElicitation({ jobs, respond, ids, seals });
  const openRequests = createOpenRequests();
  const tasks = createTasks({ jobs, watch, answers, respond, ids });
  const setMethods = createSetMethods({ ...needs, tasks, openRequests });
  const exchanges = createExchanges();
  const resources = createResources(jobs, answers, ids);
  const factory = createServerFactory({ ...needs, setMethods, resources, elicitation }, exchanges.of);
  const sdk = createSdk(factory, needs.onRefused);
  offered.onChange(() => sdk.notify.toolsChanged());

  const begin = createBeginExchange(sessions);
  const bySdk = createAnswerBySdk({ sdk, exchanges: exchanges.known, begin, sessions });
  return {
    answer: createInbox({
      serve: createAnswerStraight({ bySdk, begin, setMethods, serverInfo: INFO, onError }),
      sessions,
      elicitation,
      openRequests,
      listeners: createListeners({ jobs, watch, answers, ids, serverInfo: INFO }),
      audit,
    }),
    partsChanged() {
      sdk.notify.resourcesChanged();
      sdk.notify.promptsChanged();
    },
    drain: sdk.endSubscriptions,
  };
}

/** Finds what belongs to the HTTP request that the SDK hands back. */
function createExchanges() {
  const known = new WeakMap<object, Exchange>();
  const of = (request: object | undefined): Exchange => {
    const found = request && known.get(request);
    if (!found)
      throw new Error('A request without an exchange: the SDK no longer hands back the request it was given.');
    return found;
  };
  return { known, of };
}
