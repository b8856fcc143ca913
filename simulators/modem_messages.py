"""The messages of the simulated modem: sent, stored, and told of as its manners say."""

from __future__ import annotations

from simulators.modem_manners import ModemManners
from simulators.modem_pdu import (
    SentSms,
    decode_submit,
    encode_deliver,
    encode_report,
)
from simulators.modem_wire import ModemWire


class ModemMessages:
    """Short messages in both directions."""

    def __init__(self, wire: ModemWire, manners: ModemManners) -> None:
        self._wire = wire
        self._manners = manners
        self.sent: list[SentSms] = []
        self.stores: dict[str, dict[int, str]] = {"SM": {}, "ME": {}}
        """Protocol data units by store and index."""
        self.given: set[str] = set()
        """Messages that were written out whole."""
        self.deleted_unread: list[str] = []
        """What was deleted without ever having been written out whole."""
        self._store = manners.reads_from
        for index, draft in enumerate(manners.drafts, 40):
            self.inbox[index] = draft

    @property
    def inbox(self) -> dict[int, str]:
        """The store where messages arrive."""
        return self.stores[self._manners.arrives_in]

    def forget(self) -> None:
        """Read from the store of a modem that was just switched on; the messages stay."""
        self._store = self._manners.reads_from

    # ------------------------------------------------------------------ the network

    def receive(self, sender: str, text: str, sent_at: float | None = None) -> None:
        """A message comes in; a long one in parts, the last one first."""
        centre = self._manners.centre
        if len(text) <= 70:
            self.arrive(encode_deliver(sender, text, sent_at, centre=centre))
            return
        parts = [text[start : start + 67] for start in range(0, len(text), 67)]
        for number, part in reversed(list(enumerate(parts, 1))):
            place = (len(text) % 256, len(parts), number)
            self.arrive(encode_deliver(sender, part, sent_at, part=place, centre=centre))

    def report(self, sender: str, reference: int = 1) -> None:
        """A message that was sent has arrived: the report is stored among the messages."""
        self.arrive(encode_report(sender, reference))

    def arrive(self, pdu: str) -> None:
        """A protocol data unit comes in from the network."""
        manners = self._manners
        if manners.gives_at_once:
            self.given.add(pdu)
            length = len(pdu) // 2 - len(manners.centre) // 2
            before, after = manners.line_ends
            self._wire.write(f"{before}+CMT: ,{length}{after}{pdu}{after}".encode())
            return
        for _ in range(2 if manners.arrives_twice else 1):
            if len(self.inbox) >= manners.store_size:
                return  # the network keeps it, and tries again some day
            index = next(n for n in range(1, manners.store_size + 1) if n not in self.inbox)
            self.inbox[index] = pdu
            if manners.tells_store:
                self._wire.say(manners.tells_store.format(store=manners.arrives_in, index=index))

    # ------------------------------------------------------------------ the driver

    def take_pdu(self, hexadecimal: str, *, is_sent: bool) -> None:
        """What was written after the prompt of AT+CMGS."""
        if not is_sent:
            self._wire.answer("OK")
        elif self._manners.refuse_sms:
            self._wire.answer(self._manners.refuse_sms)
        else:
            self.sent.append(decode_submit(hexadecimal))
            if not self._manners.swallow_sms:
                self._wire.answer(f"+CMGS: {len(self.sent)}", "OK")

    def obey(self, name: str, value: str) -> None:
        """A command on messages: AT+CMG… and AT+CPMS."""
        manners, wire = self._manners, self._wire
        store = self.stores.setdefault(self._store, {})
        if name == "AT+CMGS" and value.isdigit():
            wire.ask_for_pdu()
        elif name == "AT+CPMS" and manners.stores and value == "?":
            names = ",".join(f'"{each}"' for each in manners.stores)
            wire.answer(f"+CPMS: ({names}),({names}),({names})", "OK")
        elif name == "AT+CPMS" and self._may_choose(value.replace('"', "").split(",")):
            self._store = value.partition(",")[0].strip('"')
            used = f"{len(self.stores.setdefault(self._store, {}))},{manners.store_size}"
            wire.answer(f"+CPMS: {used},{used},{used}", "OK")
        elif name == "AT+CMGL" and manners.lists != "refused":
            lines = self._listed(store) if manners.lists == "all" else []
            wire.answer(*lines, "OK")
        elif name == "AT+CMGR" and int(value) in store:
            pdu = store[int(value)]
            self.given.add(pdu)
            head = f"+CMGR: 1,{manners.head_name},{self._length(pdu)}"
            wire.answer(head, pdu + manners.remains, "OK")
        elif name == "AT+CMGD" and value.isdigit():
            pdu = store.pop(int(value), "")
            if pdu and pdu not in self.given:
                self.deleted_unread.append(pdu)
            wire.answer("OK")
        elif name == "AT+CMGR":
            wire.answer("+CMS ERROR: 321")
        else:
            wire.answer(manners.unknown_says)

    def _may_choose(self, stores: list[str]) -> bool:
        manners = self._manners
        return set(stores) <= set(manners.stores) and len(stores) in manners.store_counts

    def _listed(self, store: dict[int, str]) -> list[str]:
        lines = []
        for index, pdu in store.items():
            state = 2 if pdu in self._manners.drafts else 0
            lines.append(f"+CMGL: {index},{state},{self._manners.head_name},{self._length(pdu)}")
            if self._manners.drops_bodies:
                self._manners.drops_bodies -= 1
                continue
            lines.append(pdu + self._manners.remains)
            self.given.add(pdu)
        return lines

    def _length(self, pdu: str) -> int:
        return len(pdu) // 2 - len(self._manners.centre) // 2 + self._manners.length_error
