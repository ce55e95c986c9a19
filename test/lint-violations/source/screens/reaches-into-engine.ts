import { layout } from '../engine/home/layout.ts';

export const reached = layout;
