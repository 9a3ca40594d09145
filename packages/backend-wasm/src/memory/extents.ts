/** Free stretches of the heap in order of address; neighbours are joined. Sizes are multiples of {@link PAGE}. */
export class Extents {
  private readonly starts: number[] = [];
  private readonly sizes: number[] = [];

  /** Takes `size` bytes from the smallest stretch that has them; -1 when none has. */
  take(size: number): number {
    const { starts, sizes } = this;
    let best = -1;
    for (let i = 0; i < sizes.length; i++) {
      const have = sizes[i]!;
      if (have < size || (best >= 0 && have >= sizes[best]!)) continue;
      best = i;
      if (have === size) break;
    }
    if (best < 0) return -1;
    const start = starts[best]!;
    if (sizes[best] === size) {
      starts.splice(best, 1);
      sizes.splice(best, 1);
    } else {
      starts[best] = start + size;
      sizes[best]! -= size;
    }
    return start;
  }

  give(start: number, size: number): void {
    const { starts, sizes } = this;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (starts[mid]! < start) low = mid + 1;
      else high = mid;
    }
    const joinsBefore = low > 0 && start === starts[low - 1]! + sizes[low - 1]!;
    const joinsAfter = low < starts.length && start + size === starts[low]!;
    if (joinsBefore && joinsAfter) {
      sizes[low - 1]! += size + sizes[low]!;
      starts.splice(low, 1);
      sizes.splice(low, 1);
    } else if (joinsBefore) sizes[low - 1]! += size;
    else if (joinsAfter) {
      starts[low] = start;
      sizes[low]! += size;
    } else {
      starts.splice(low, 0, start);
      sizes.splice(low, 0, size);
    }
  }

  /** Bytes free, and the largest stretch. */
  summary(): { readonly total: number; readonly largest: number } {
    return { total: this.sizes.reduce((a, b) => a + b, 0), largest: this.sizes.reduce((a, b) => Math.max(a, b), 0) };
  }
}
