package io.fanatic.netlink.health;

import io.fanatic.netlink.firewall.Globs;
import io.fanatic.netlink.kernel.LinkState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Programs that configure network devices by themselves, where they run and nothing keeps them off the fan's. */
final class ManagersCheck implements Check {
    private static final Path NETWORK_MANAGER = Path.of("/etc/NetworkManager/conf.d/90-fanatic.conf");
    private static final List<Path> NETWORK_MANAGER_DIRECTORIES = List.of(
            Path.of("/usr/lib/NetworkManager/conf.d"),
            Path.of("/run/NetworkManager/conf.d"),
            Path.of("/etc/NetworkManager/conf.d"));
    /** As NetworkManager.conf(5) has it of booleans. */
    private static final Set<String> NO = Set.of("0", "no", "false", "off");

    private static final Path NETWORKD = Path.of("/etc/systemd/network/05-fanatic.network");
    private static final Path DHCPCD = Path.of("/etc/dhcpcd.conf");

    private final ConfigFiles files = new ConfigFiles();

    @Override
    public String name() {
        return "network managers";
    }

    @Override
    public void run(HealthHost host, Findings findings) {
        findings.looked();
        List<String> devices = host.deviceNames();
        if (devices.isEmpty()) {
            return;
        }
        List<String> running = Processes.names();
        if (running.contains("NetworkManager")) {
            networkManager(devices, host, findings);
        }
        // The kernel keeps 15 characters of a name.
        if (running.contains("systemd-network") || running.contains("systemd-networkd")) {
            networkd(devices, host, findings);
        }
        if (running.contains("dhcpcd")) {
            dhcpcd(devices, findings);
        }
    }

    private void networkManager(List<String> devices, HealthHost host, Findings findings) {
        List<Path> configuration = new ArrayList<>();
        for (Path directory : NETWORK_MANAGER_DIRECTORIES) {
            configuration.addAll(files.in(directory, ".conf"));
        }
        configuration.add(Path.of("/etc/NetworkManager/NetworkManager.conf"));
        List<DeviceSpecs> unmanaged = new ArrayList<>();
        for (Path file : configuration) {
            for (ConfigFiles.Section section : files.sections(file)) {
                if (section.name().equals("keyfile")) {
                    unmanaged.add(new DeviceSpecs(section.value("unmanaged-devices")));
                } else if (section.name().startsWith("device") && NO.contains(section.value("managed"))) {
                    unmanaged.add(new DeviceSpecs(section.value("match-device")));
                }
            }
        }
        devices.stream()
                .filter(device -> unmanaged.stream().noneMatch(specs -> specs.match(device, kind(device, host))))
                .findFirst()
                .ifPresent(device -> findings.add(Finding.of(
                        Code.NETWORK_MANAGER,
                        Finding.HOST,
                        "NetworkManager runs and is not told to leave the fan's devices alone",
                        List.of("nothing in its configuration makes " + device + " unmanaged"),
                        "printf '[keyfile]\\nunmanaged-devices+=interface-name:fan-*;interface-name:ftun-*;interface-name:ftun0\\n' > "
                                + NETWORK_MANAGER + " && nmcli general reload")));
    }

    private void dhcpcd(List<String> devices, Findings findings) {
        List<String> allowed = files.values(DHCPCD, "allowinterfaces");
        if (!allowed.isEmpty()
                && devices.stream().noneMatch(device -> allowed.stream().anyMatch(p -> Globs.matches(p, device)))) {
            return;
        }
        uncovered(devices, files.values(DHCPCD, "denyinterfaces"))
                .ifPresent(device -> findings.add(Finding.of(
                        Code.DHCPCD,
                        Finding.HOST,
                        "dhcpcd runs and is not told to leave the fan's devices alone",
                        List.of("no denyinterfaces of " + DHCPCD + " names " + device),
                        "echo 'denyinterfaces fan-* ftun-* ftun0' >> " + DHCPCD + " && dhcpcd --rebind")));
    }

    private static Optional<String> uncovered(List<String> devices, List<String> patterns) {
        return devices.stream()
                .filter(device -> patterns.stream().noneMatch(pattern -> Globs.matches(pattern, device)))
                .findFirst();
    }

    private static String kind(String device, HealthHost host) {
        return host.link(device).map(LinkState::kind).orElse("");
    }

    /** systemd.network(5): of all files the first by name that matches counts; without one it leaves a device alone. */
    private void networkd(List<String> devices, HealthHost host, Findings findings) {
        List<Path> networks = files.networkFiles();
        for (String device : devices) {
            String kind = kind(device, host);
            Optional<Path> file = networks.stream()
                    .filter(each -> files.matches(each, device, kind))
                    .findFirst();
            if (file.isPresent()
                    && !files.values(file.get(), "Unmanaged").stream()
                            .anyMatch(v -> v.equals("yes") || v.equals("true"))) {
                findings.add(Finding.of(
                        Code.NETWORKD,
                        Finding.HOST,
                        "systemd-networkd runs and has settings for the fan's devices",
                        List.of(file.get() + " matches " + device),
                        "printf '[Match]\\nName=fan-* ftun-* ftun0\\n[Link]\\nUnmanaged=yes\\n' > " + NETWORKD
                                + " && networkctl reload"));
            }
        }
    }
}
