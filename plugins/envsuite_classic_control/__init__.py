"""Classic control: a pole, a double pendulum, two cars in a valley and a pendulum."""
