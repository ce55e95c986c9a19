export { applySwitch } from './apply-switch.ts';
export { planRedo } from './plan-redo.ts';
export { planRollback, planSwitch } from './plan-rollback.ts';
