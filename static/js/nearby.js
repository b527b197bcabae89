/* View: which elements are near the window, as the reader scrolls. */

const AROUND = "100% 0px"; // a window's height above and below

export class Nearby {
  #near = new WeakSet();
  #observer;

  /** `onChange()` is called when others are near, and once for what is watched from now on. */
  constructor(onChange) {
    const hear = (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) this.#near.add(target);
        else this.#near.delete(target);
      }
      onChange();
    };
    this.#observer = new IntersectionObserver(hear, { rootMargin: AROUND });
  }

  watch(element) {
    this.#observer.observe(element);
  }

  leave(element) {
    this.#observer.unobserve(element);
    this.#near.delete(element);
  }

  has(element) {
    return this.#near.has(element);
  }
}
