/**
 * {@code fanatic doctor}: what {@link io.fanatic.netlink.health} finds, and what needs container engines, packets or another
 * host; as text, as JSON and as a bundle. Start at {@link io.fanatic.cli.doctor.DoctorCommand}.
 */
@NullMarked
package io.fanatic.cli.doctor;

import org.jspecify.annotations.NullMarked;
