import { MemoryBudget, systemMemory } from './memory-budget.js';

const machine = { total: () => 1_000, available: () => 300 };

describe('MemoryBudget', () => {
  it('offers what the machine has left, less what steps have been promised', () => {
    const budget = new MemoryBudget(undefined, machine);
    expect([budget.total, budget.free]).toEqual([1_000, 300]);
    budget.take(800);
    expect([budget.free, budget.hasRoom(200), budget.hasRoom(201)]).toEqual([200, true, false]);
    budget.take(-800);
    expect(budget.free).toBe(300);
  });

  it('offers what was configured, whatever the machine has', () => {
    const budget = new MemoryBudget(500, machine);
    budget.take(200);
    expect([budget.total, budget.free]).toEqual([500, 300]);
  });

  it('knows the memory of this machine', () => {
    const budget = new MemoryBudget(undefined, systemMemory);
    expect(budget.total).toBeGreaterThan(0);
    expect(budget.free).toBeGreaterThan(0);
    expect(budget.free).toBeLessThanOrEqual(budget.total);
  });
});
