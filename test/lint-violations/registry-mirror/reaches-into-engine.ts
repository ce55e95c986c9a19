import { layout } from '../source/engine/home/layout.ts';

export const reached = layout;
