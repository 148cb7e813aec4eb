import { type Budget, ContractError, parseBudget } from '@espalier/contracts';

/** A budget as it was typed: understood, or what is wrong with it. */
export type BudgetReading =
  | { readonly budget: Budget; readonly error: null }
  | { readonly budget: null; readonly error: string };

/** Reads a budget while it is typed. @param target used when the text names none */
export function readBudget(text: string, target: string): BudgetReading {
  if (text.trim() === '') return { budget: null, error: 'Write a budget, such as 0.7x or p50=12ms' };
  try {
    return { budget: parseBudget(text, target), error: null };
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return { budget: null, error: error.violations.map(({ path, message }) => `${path} ${message}`).join('; ') };
  }
}
