// What a part of the page remembers over a reload of the tab: the player its choice, loop and settings.

export class Keeper {
  constructor(name) {
    this.name = `gainsay:${name}`;
    this.all = this.read();
  }

  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.name)) ?? {};
    } catch {
      return {}; // no storage, or not ours: it begins afresh
    }
  }

  write(what) {
    Object.assign(this.all, what);
    try {
      sessionStorage.setItem(this.name, JSON.stringify(this.all));
    } catch {
      // a browser without storage forgets; nothing else depends on it
    }
  }
}
