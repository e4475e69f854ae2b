// A world without a network and without time: sockets and timers are looked at and moved by hand.
async (origin) => {
  const { RoomSocket } = await import(`${origin}/js/socket.js`);
  class FakeSocket extends EventTarget {
    constructor(url) {
      super();
      this.url = url;
      this.readyState = 0;
      this.sent = [];
      w.sockets.push(this);
    }
    open() {
      this.readyState = 1;
      this.dispatchEvent(new Event("open"));
    }
    hear(message) {
      this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
    }
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    close() {
      this.readyState = 3;
      this.closed = true;
    }
    die(code) {
      this.readyState = 3;
      this.dispatchEvent(new CloseEvent("close", { code }));
    }
  }
  const w = {
    sockets: [],
    timers: new Map(),
    time: 1_000_000,
    next: 1,
    statuses: [],
    heard: [],
    reloads: 0,
    isVisible: true,
    hear: (message) => w.heard.push(message),
    kept: new Map(),
    get socket() {
      return w.sockets.at(-1);
    },
    get last() {
      return w.socket.sent.at(-1);
    },
    pass(ms) {
      const end = w.time + ms;
      for (;;) {
        const due = [...w.timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
        if (!due) break;
        w.timers.delete(due[0]);
        w.time = due[1].at;
        due[1].action();
      }
      w.time = end;
    },
    name: "Bob",
    connected() {
      w.socket.open();
      w.socket.hear({
        type: "CONNECTED",
        payload: {
          sessionId: "secret",
          actorId: "player_001",
          role: "player",
          heartbeatIntervalMs: 10000,
          gameState: {},
        },
      });
    },
    join() {
      w.room.start();
      w.connected();
    },
    progress: { lastSeqId: 142, stateVersion: 148, stateChecksum: "f8139bd0" },
  };
  window.w = w;
  const world = {
    WebSocket: FakeSocket,
    setTimeout(action, ms) {
      w.timers.set(w.next, { at: w.time + ms, action });
      return w.next++;
    },
    clearTimeout: (timer) => w.timers.delete(timer),
    random: () => 0.5,
    now: () => w.time,
    isVisible: () => w.isVisible,
    store: {
      getItem: (key) => w.kept.get(key) ?? null,
      setItem: (key, value) => w.kept.set(key, value),
      removeItem: (key) => w.kept.delete(key),
    },
    reload: () => {
      w.reloads += 1;
    },
    listen(wake, gone) {
      w.wake = wake;
      w.gone = gone;
    },
    unlisten() {
      w.wake = w.gone = () => {};
    },
  };
  w.room = new RoomSocket({
    url: "ws://room/",
    roomId: "ABC234",
    connectPayload: () => ({ role: "player", playerName: w.name }),
    cursor: () => w.progress,
    onMessage: (message) => w.hear(message),
    onStatus: (status) => w.statuses.push(status),
    world,
  });
};
