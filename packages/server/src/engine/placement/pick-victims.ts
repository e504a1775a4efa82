import type { Lack, Need } from "../../domain/placement/capacity.ts";
import type { SeatRecord } from "./pool-record.ts";

interface Holder {
  readonly seat: SeatRecord;
  readonly needs: readonly Need[];
}

/**
 * Preemptible jobs that have to leave so that `lack` is made good, the newest first: they have the least to lose.
 * `undefined` when all of them are not enough: nobody leaves in vain.
 */
export function pickVictims(
  holders: readonly Holder[],
  { share, used, limit, amount }: Lack,
): readonly SeatRecord[] | undefined {
  const held = holders.map(({ seat, needs }) => ({
    seat,
    amount: needs.find((need) => need.share === share)?.amount ?? 0,
  }));
  const leaving = held.filter(({ seat }) => seat.eviction !== undefined).reduce((sum, one) => sum + one.amount, 0);
  let missing = used + amount - limit - leaving;
  if (missing <= 0) return [];
  const staying = held.filter((one) => one.seat.eviction === undefined && one.amount > 0);
  // Processors are shared out by the kernel: every job of low priority that goes makes room.
  if (share !== "spare" && staying.reduce((sum, one) => sum + one.amount, 0) < missing) return undefined;
  const victims: SeatRecord[] = [];
  for (const one of staying.toSorted((left, right) => right.seat.since - left.seat.since)) {
    if (missing <= 0) break;
    missing -= one.amount;
    victims.push(one.seat);
  }
  return victims;
}
