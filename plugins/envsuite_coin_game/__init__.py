"""The Coin Game: two players on a torus, and coins of two colours to take or to leave."""
