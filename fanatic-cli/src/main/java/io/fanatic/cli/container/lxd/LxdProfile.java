package io.fanatic.cli.container.lxd;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.cli.container.EngineKind;
import io.fanatic.cli.container.FanAttachment;
import io.fanatic.cli.container.Misfit;
import io.fanatic.cli.container.Resource;
import io.fanatic.cli.container.http.Json;
import io.fanatic.core.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A profile of LXD or Incus, named as the fan's bridge, that gives an instance an eth0 on that bridge. It has no disk: it goes
 * on top of another profile, and its eth0 replaces that one's. Of several fans only the first has an eth0; the others' device is
 * named like their bridge, so that an instance can be on all of them.
 */
public final class LxdProfile implements Resource {
    private static final String ETH0 = "eth0";

    private final LxdApi lxd;
    private final FanAttachment fan;

    LxdProfile(LxdApi lxd, FanAttachment fan) {
        this.lxd = lxd;
        this.fan = fan;
    }

    @Override
    public String title() {
        return "the " + lxd.kind().title() + " profile " + fan.bridge();
    }

    @Override
    public Optional<String> present() {
        return lxd.profile(fan.bridge()).map(LxdProfile::canonical);
    }

    /** What a person can change of a profile; not who uses it. */
    public static String canonical(Json profile) {
        JsonObject json =
                JsonValues.object("name", profile.textOr("name", ""), "description", profile.textOr("description", ""));
        json.add("config", profile.at("config").sorted(""));
        json.add("devices", profile.at("devices").sorted(""));
        return json.toString();
    }

    /** As it was made, whatever other fan has come or gone since; else as {@link LxdProfile} says. */
    private String device() {
        boolean own = lxd.profile(fan.bridge())
                .map(profile -> profile.at("devices").names().contains(fan.bridge()))
                .orElseGet(this::anotherFanHasEth0);
        return own ? fan.bridge() : ETH0;
    }

    private boolean anotherFanHasEth0() {
        return lxd.profiles().stream().anyMatch(profile -> {
            String name = profile.textOr("name", "");
            return !name.equals(fan.bridge())
                    && profile.at("devices", ETH0).textOr("parent", "").equals(name);
        });
    }

    JsonObject request() {
        String device = device();
        JsonObject nic = JsonValues.object("type", "nic", "nictype", "bridged", "name", device);
        nic.addProperty("parent", fan.bridge());
        nic.addProperty("mtu", Integer.toString(fan.mtu()));
        JsonObject profile = JsonValues.object(
                "name", fan.bridge(), "description", "the fan " + fan.mapping() + ", made by fanatic");
        profile.add("config", new JsonObject());
        profile.add("devices", JsonValues.object(device, nic));
        return profile;
    }

    @Override
    public String wanted() {
        return canonical(new Json("our request", request()));
    }

    @Override
    public void create() {
        lxd.createProfile(request());
    }

    @Override
    public void remove() {
        lxd.removeProfile(fan.bridge());
    }

    @Override
    public String creating() {
        String device = device();
        return "create " + title() + ", whose instances get the addresses "
                + FanAttachment.description(fan.range(Share.DHCP), Share.DHCP) + "; they join the fan by: " + client()
                + " launch IMAGE NAME -p default -p "
                + fan.bridge()
                + (device.equals(ETH0) ? "" : ", as " + device + " beside an eth0");
    }

    private String client() {
        return lxd.kind() == EngineKind.LXD ? "lxc" : "incus";
    }

    /** The instances with the profile that have a device of the same name of their own, or by a later profile. */
    List<Misfit> misfits() {
        List<LxdApi.Instance> off = instances();
        List<LxdApi.Instance> on = off.isEmpty() ? List.of() : lxd.instancesOn(fan.bridge());
        List<Misfit> misfits = new ArrayList<>();
        for (LxdApi.Instance instance : off) {
            if (on.stream().noneMatch(other -> other.toString().equals(instance.toString()))) {
                misfits.add(new Misfit(
                        Misfit.Kind.DEVICE,
                        instance + " (" + lxd.kind().title() + ") has the profile " + fan.bridge()
                                + ", and another device " + device() + " that takes the place of the profile's",
                        client() + instance.projectOption() + " config device add " + instance.name() + " "
                                + fan.bridge() + " nic nictype=bridged parent=" + fan.bridge() + " name="
                                + fan.bridge() + " mtu=" + fan.mtu()));
            }
        }
        return misfits;
    }

    @Override
    public String removing() {
        return "remove " + title();
    }

    private List<LxdApi.Instance> instances() {
        List<LxdApi.Instance> instances = new ArrayList<>();
        lxd.profile(fan.bridge())
                .map(profile -> profile.at("used_by").texts())
                .orElse(List.of())
                .forEach(path -> LxdApi.Instance.parse(path).ifPresent(instances::add));
        return instances;
    }

    @Override
    public List<String> users() {
        return instances().stream().map(LxdApi.Instance::toString).sorted().toList();
    }

    @Override
    public void detachUsers() {
        for (LxdApi.Instance instance : instances()) {
            lxd.removeProfileFrom(instance, fan.bridge());
        }
    }

    @Override
    public String fate() {
        return "they keep running without it, with the network of their other profiles";
    }
}
