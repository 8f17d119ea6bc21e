package io.fanatic.netlink.resource;

import io.fanatic.netlink.firewall.Iptables;
import io.fanatic.netlink.kernel.Kernel;

/** A rule of iptables that lets a fan's packets pass a chain that drops what it forwards, as Docker sets it up. */
public record AcceptResource(Iptables.AcceptRule pass) implements Resource {

    @Override
    public String key() {
        return "accept " + pass.backend() + " " + pass.in() + " " + pass.out() + " " + pass.traffic();
    }

    @Override
    public void create(Kernel kernel) {
        kernel.addPass(pass);
    }

    @Override
    public void delete(Kernel kernel) {
        kernel.removePass(pass);
    }

    @Override
    public void change(Kernel kernel, Resource from) {
        create(kernel);
        ((AcceptResource) from).delete(kernel);
    }

    @Override
    public String creating() {
        return "add rule to " + pass;
    }

    @Override
    public String deleting() {
        return "remove rule from " + pass;
    }

    @Override
    public String changing(Resource from) {
        return "move rule to " + pass;
    }
}
