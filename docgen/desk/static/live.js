// One stream of what changes for all tabs: a browser has few connections to one address.
"use strict";
const ports = new Map(); // port → the intake that its tab shows, "" for another page
const source = new EventSource("/events");

const send = (message) => { for (const port of ports.keys()) port.postMessage(message); };
source.onmessage = (event) => send(JSON.parse(event.data));
source.onerror = () => send({ kind: "lost", about: "" });
source.onopen = () => send({ kind: "found", about: "" });

self.onconnect = (event) => {
  const port = event.ports[0];
  ports.set(port, "");
  port.onmessage = ({ data }) => {
    if (data.bye) { ports.delete(port); return; }
    ports.set(port, data.intake);
    const others = [...ports].filter(([other, intake]) => other !== port && intake && intake === data.intake);
    // What changed after its page was made and before it listened.
    if (source.readyState === EventSource.OPEN) port.postMessage({ kind: "all", about: "" });
    if (others.length) port.postMessage({ kind: "second", about: data.intake });
  };
};
