"""MPE: small worlds of particles that move, push, chase, hide and talk."""
