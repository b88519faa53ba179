"""Hanabi once more, in plain Python, slow and simple, written from the rules alone."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Held:
    """A card in somebody's hand, and what its holder was told of it."""

    card: tuple[int, int]  # colour, rank from 0 up
    colors: set[int]
    ranks: set[int]
    told: set[str] = field(default_factory=set)


class Reference:
    """One game. Hands are lists that grow and shrink; the deck is a list that is used up."""

    def __init__(self, deck, players, colors, copies, hand, information, lives, counted=True):
        """Deal from the first card of `deck` on, a whole hand at a time."""
        self.players, self.colors, self.copies = players, colors, copies
        self.size, self.most_information, self.most_lives = hand, information, lives
        self.counted = counted
        self.deck = list(deck)
        self.undealt_at_start = len(deck) - players * hand
        self.hands = [[self.fresh() for _ in range(hand)] for _ in range(players)]
        self.tops = [0] * colors
        self.pile: list[tuple[int, int]] = []
        self.information, self.lives, self.turn = information, lives, 0
        self.final_moves = players  # how many are left once the deck is empty
        self.last = None
        self.end = None  # why the game is over

    def fresh(self) -> Held:
        """Draw the top card, of which nothing is known."""
        return Held(self.deck.pop(0), set(range(self.colors)), set(range(len(self.copies))))

    def all_moves(self) -> list[tuple]:
        """All moves in the order of their numbers."""
        moves: list[tuple] = [("discard", slot) for slot in range(self.size)]
        moves += [("play", slot) for slot in range(self.size)]
        for ahead in range(1, self.players):
            moves += [("color", ahead, color) for color in range(self.colors)]
        for ahead in range(1, self.players):
            moves += [("rank", ahead, rank) for rank in range(len(self.copies))]
        return moves

    def legal(self) -> list[bool]:
        """Of whoever is to move; the pass is not among the moves."""
        return [self.end is None and self.may(move) for move in self.all_moves()]

    def may(self, move) -> bool:
        """Whether the rules allow a move to whoever is to move."""
        if move[0] == "play":
            return move[1] < len(self.hands[self.turn])
        if move[0] == "discard":
            enough = self.information == self.most_information
            return move[1] < len(self.hands[self.turn]) and not enough
        theirs = self.hands[(self.turn + move[1]) % self.players]
        part = 0 if move[0] == "color" else 1
        return self.information > 0 and any(held.card[part] == move[2] for held in theirs)

    def act(self, number: int) -> int:
        """Make a legal move; returns the reward."""
        move, reward = self.all_moves()[number], 0
        assert self.may(move) and self.end is None
        last = {"actor": self.turn, "kind": move[0]}
        deck_was_empty = not self.deck
        if move[0] in ("play", "discard"):
            card = self.hands[self.turn].pop(move[1]).card
            last.update(slot=move[1], card=card)
            fits = self.tops[card[0]] == card[1]
            if move[0] == "play" and fits:
                self.tops[card[0]] += 1
                reward = 1
                last["scored"] = True
                complete = self.tops[card[0]] == len(self.copies)
                if complete and self.information < self.most_information:
                    self.information += 1
                    last["gained"] = True
            else:
                self.pile.append(card)
                if move[0] == "discard":
                    self.information += 1
                else:
                    self.lives -= 1
            if self.deck:
                self.hands[self.turn].append(self.fresh())
        else:
            target = (self.turn + move[1]) % self.players
            last.update(target=target, said=move[2])
            last["matched"] = self.tell(self.hands[target], move[0], move[2])
            self.information -= 1
        if deck_was_empty:
            self.final_moves -= 1
        if self.lives == 0:
            reward = -sum(self.tops)
        if self.lives == 0:
            self.end = "no lives"
        elif sum(self.tops) == self.colors * len(self.copies):
            self.end = "all is played"
        elif self.final_moves == 0:
            self.end = "the deck is empty"
        self.turn = (self.turn + 1) % self.players
        self.last = last
        return reward

    @staticmethod
    def tell(hand, kind, said) -> list[int]:
        """Tell a hand of a colour or a rank; returns the slots that were pointed at."""
        matched = []
        for slot, held in enumerate(hand):
            possible = held.colors if kind == "color" else held.ranks
            if held.card[0 if kind == "color" else 1] == said:
                matched.append(slot)
                held.told.add(kind)
                possible.intersection_update({said})
            else:
                possible.discard(said)
        return matched

    def observe(self, me: int) -> list[float]:
        """What a player sees, number by number."""
        kinds = [(color, rank) for color in range(self.colors) for rank in range(len(self.copies))]
        seats = [(me + ahead) % self.players for ahead in range(self.players)]
        seen: list[float] = []
        for seat in seats[1:]:
            for slot in range(self.size):
                card = self.hands[seat][slot].card if slot < len(self.hands[seat]) else None
                seen += [kind == card for kind in kinds]
        seen += [len(self.hands[seat]) < self.size for seat in seats]
        seen += [place < len(self.deck) for place in range(self.undealt_at_start)]
        for color, rank in kinds:
            seen.append(self.tops[color] == rank + 1)
        seen += [token < self.information for token in range(self.most_information)]
        seen += [token < self.lives for token in range(self.most_lives)]
        for kind in kinds:
            seen += [copy < self.pile.count(kind) for copy in range(self.copies[kind[1]])]
        last = self.last or {}
        what = last.get("kind")
        seen += [last.get("actor") == seat for seat in seats]
        seen += [what == kind for kind in ("play", "discard", "color", "rank")]
        seen += [last.get("target") == seat for seat in seats]
        seen += [what == "color" and last["said"] == color for color in range(self.colors)]
        seen += [what == "rank" and last["said"] == rank for rank in range(len(self.copies))]
        seen += [slot in last.get("matched", []) for slot in range(self.size)]
        seen += [last.get("slot") == slot for slot in range(self.size)]
        seen += [last.get("card") == kind for kind in kinds]
        seen += [last.get("scored", False), last.get("gained", False)]
        for seat in seats:
            for slot in range(self.size):
                if slot < len(self.hands[seat]):
                    seen += self.known(self.hands[seat][slot], kinds)
                else:
                    seen += [0] * (len(kinds) + self.colors + len(self.copies))
        return [float(number) for number in seen]

    def known(self, held: Held, kinds) -> list[float]:
        """What is publicly known of a card."""
        weights = []
        for color, rank in kinds:
            weight = float(color in held.colors and rank in held.ranks)
            if self.counted:
                gone = self.pile.count((color, rank)) + (self.tops[color] > rank)
                weight *= self.copies[rank] - gone
            weights.append(weight)
        if self.counted:
            weights = [weight / sum(weights) for weight in weights]
        weights += ["color" in held.told and held.card[0] == c for c in range(self.colors)]
        ranks = range(len(self.copies))
        return weights + ["rank" in held.told and held.card[1] == r for r in ranks]
