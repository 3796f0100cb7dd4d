// What the player remembers over a reload of the tab: the choice, the loop, the settings.

export class Keeper {
  constructor(room) {
    this.name = `gainsay:player:${room}`;
    this.all = this.read();
  }

  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.name)) ?? {};
    } catch {
      return {}; // no storage, or not ours: the player begins afresh
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
