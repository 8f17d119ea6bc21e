/**
 * Diagnoses the fans of a host: findings, each with a stable code, what was seen, and the command that fixes it; nothing is
 * changed and nothing printed. Start at {@link io.fanatic.netlink.health.Health}. A check is one small class.
 */
@NullMarked
package io.fanatic.netlink.health;

import org.jspecify.annotations.NullMarked;
