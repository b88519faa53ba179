"""JaxNav: robots with lidar find their way to their goals."""
