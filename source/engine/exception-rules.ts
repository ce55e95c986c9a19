/** Rules that an exception can switch off for one package. `evidence-invalid` is not among them: false evidence is never accepted. */
export const EXCEPTION_RULES = ['minimum-level', 'minimum-age', 'identity-change', 'fall', 'require-provenance', 'pin'] as const;
export type ExceptionRule = (typeof EXCEPTION_RULES)[number];
