/* SPDX-License-Identifier: ISC */
/*
 * fault.h - what ended a handshake, as a fact: alerts, OpenSSL's reasons and
 * errno are translated here, once.
 */
#pragma once

#include <danelaw_report.h>

/* Of the number of an alert received. */
enum danelaw_tls_fault fault_of_alert(int alert);
/* Of an entry of OpenSSL's error queue that is no alert. */
enum danelaw_tls_fault fault_of_library(unsigned long code);
/* Of a socket. */
enum danelaw_tls_fault fault_of_errno(int error);
