import { EVERYDAY, NEWCOMER } from './everyday-scenes.ts';
import { LOOKS } from './looks.ts';
import type { Scene } from './scene.ts';
import { CONFLICT, OFFLINE, TOO_SMALL } from './trouble-scenes.ts';
import { LIVE, UPKEEP } from './upkeep-scenes.ts';

/** In this order, over one home. The registry is gone after the last one. */
export const SCENES: readonly Scene[] = [NEWCOMER, EVERYDAY, UPKEEP, LIVE, ...LOOKS, TOO_SMALL, CONFLICT, OFFLINE];
