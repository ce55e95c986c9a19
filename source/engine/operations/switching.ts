export { applySwitch } from './apply/apply-switch.ts';
export { planRedo } from './plans/plan-redo.ts';
export { planRollback, planSwitch } from './plans/plan-rollback.ts';
