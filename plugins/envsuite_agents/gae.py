"""Generalised advantage estimation, which learners outside this plugin use as well."""

from envsuite.functional.advantages import advantages as advantages
