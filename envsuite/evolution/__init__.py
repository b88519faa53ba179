"""Evolution strategies over a small vector: vector, an agent trained with it, its real return."""
