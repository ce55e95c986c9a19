export { diff } from './diff.ts';
export { history } from './history.ts';
export { keepGeneration, releaseGeneration } from './keep-generation.ts';
export { list } from './list.ts';
export { makeProfile, profiles, removeProfile, selectProfile } from './profiles.ts';
export { why } from './why.ts';
