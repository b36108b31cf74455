"""Every fault of the suite: the one table to read."""

from __future__ import annotations

from tests.fault import faults_controller, faults_lines, faults_pbx, faults_storage

FAULTS = [
    *faults_pbx.FAULTS,
    *faults_lines.FAULTS,
    *faults_storage.FAULTS,
    *faults_controller.FAULTS,
]
